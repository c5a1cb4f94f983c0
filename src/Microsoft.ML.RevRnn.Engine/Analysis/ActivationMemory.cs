using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>Foretells what activations take, before any training.</summary>
public static class ActivationMemory
{
    /// <summary>
    /// Bytes that each strategy takes at the most while it trains on a batch of <paramref name="batchSize"/> sequences (B) of
    /// <paramref name="stepCount"/> steps (T) each: states, gates, gradients by them, inputs and outputs of a chunk of steps, checkpoints and lost bits.
    /// Weights, their gradients and the optimiser's moments are not counted: they do not depend on the batch.
    /// </summary>
    /// <param name="network">Cell, I, H, layers and forgetting limit.</param>
    /// <param name="batchSize">B, 1 to 4,096.</param>
    /// <param name="stepCount">T, 1 to 2^30.</param>
    /// <param name="threadCount">Threads: each has a small buffer of its own. 1 to 256.</param>
    /// <param name="hasDropout">Whether there is dropout, which needs a copy of each layer's inputs.</param>
    /// <param name="bitsPerForgetGate">
    /// Mean of -log2 z over the forget gates, which is what reversal has to keep; null for its value before training. Training moves it, up to
    /// the forgetting limit; <see cref="TrainingReport.OptimalBits"/> over the multiplications of a run tells where to.
    /// </param>
    /// <param name="sharesInputs">
    /// Whether the first layer's products with a repeated token's vector are made once for all of its positions, which takes buffers as large as a chunk's gates: where
    /// its inputs have no dropout, or <see cref="TrainingOptions.InputDropoutByToken"/>, and the text repeats tokens enough. Null for all but <paramref name="hasDropout"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static ActivationEstimate Estimate(
        NetworkOptions network, int batchSize, int stepCount, int threadCount = 1, bool hasDropout = false, double? bitsPerForgetGate = null,
        bool? sharesInputs = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.Validate();
        OptionCheck.Range(nameof(batchSize), batchSize, 1, 4096);
        OptionCheck.Range(nameof(stepCount), stepCount, 1, 1 << 30);
        OptionCheck.Range(nameof(threadCount), threadCount, 1, 256);
        OptionCheck.Range(nameof(bitsPerForgetGate), bitsPerForgetGate ?? 0, 0, 10);

        // The number of tokens has no influence on activations.
        var shape = new NetworkShape(network, Vocabulary: 2);
        if (!shape.IsRecurrent)
            return OfWholeText(shape, batchSize, stepCount, threadCount);
        var bits = bitsPerForgetGate ?? ActivationFootprint.BitsAtStart(shape.Top, network.ForgettingLimit);
        var chunkSteps = ChunkLength.For(shape).Steps(batchSize);
        var footprint = new ActivationFootprint(shape, new BatchExtent(batchSize, stepCount, chunkSteps), threadCount, hasDropout, sharesInputs ?? !hasDropout, bits);
        // Each direction has a stack's buffers, and both together a chunk of joined outputs and their gradient.
        var joined = shape.Directions == 1 ? 0 : 2L * sizeof(float) * shape.OutputStride * Math.Min(stepCount, chunkSteps) * batchSize;
        long Total(ActivationStrategy strategy) => shape.Directions * footprint.Bytes(footprint.Plan(strategy)) + joined;
        long? IfPossible(ActivationStrategy strategy) => footprint.Strategies.Contains(strategy) ? Total(strategy) : null;
        return new ActivationEstimate(
            Total(ActivationStrategy.Stored),
            Total(ActivationStrategy.Checkpointed),
            IfPossible(ActivationStrategy.Reversible),
            IfPossible(ActivationStrategy.Hybrid));
    }

    /// <summary>Activations of what is not recurrent are stored, whatever else is asked for.</summary>
    private static ActivationEstimate OfWholeText(NetworkShape shape, int batchSize, int stepCount, int threadCount)
    {
        var width = shape.Options.EmbeddingSize;
        using var stack = new StackParameters(shape, Parameter.Identity(width), PackedMatrix.RoundUp(width));
        var bytes = stack.Tree is { } tree
            ? TreeEncoder.Bytes(tree, batchSize, stepCount, threadCount)
            : MemoryEncoder.Bytes(stack.Memory!, batchSize, stepCount, threadCount);
        return new ActivationEstimate(bytes, bytes, null, null);
    }

    /// <summary>
    /// The same of both sides of a translation, for a batch of <paramref name="batchSize"/> pairs (B) of <paramref name="sourceSteps"/> source tokens (S) and
    /// <paramref name="targetSteps"/> predictions (T), the tokens of a target and its end. Of states, what attention reads of them takes 8 k bytes for each source token and direction.
    /// </summary>
    /// <param name="network">Cell, E, H, layers, directions and forgetting limit.</param>
    /// <param name="model">What attention reads.</param>
    /// <param name="batchSize">B, 1 to 4,096.</param>
    /// <param name="sourceSteps">S, 1 to 2^30.</param>
    /// <param name="targetSteps">T, 1 to 2^30.</param>
    /// <param name="threadCount">Threads, 1 to 256.</param>
    /// <param name="hasDropout">Whether there is dropout.</param>
    /// <param name="bitsPerForgetGate">Mean of -log2 z over the forget gates; null for its value before training.</param>
    /// <param name="sharesInputs">Whether products with repeated tokens are shared; null for all but <paramref name="hasDropout"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public static TranslationActivationEstimate EstimateTranslation(
        NetworkOptions network, TranslationOptions model, int batchSize, int sourceSteps, int targetSteps, int threadCount = 1, bool hasDropout = false,
        double? bitsPerForgetGate = null, bool? sharesInputs = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(model);
        network.Validate();
        model.Validate();
        OptionCheck.Range(nameof(sourceSteps), sourceSteps, 1, 1 << 30);
        OptionCheck.Range(nameof(targetSteps), targetSteps, 1, 1 << 30);
        var shape = new AttentionShape(new NetworkShape(network, Vocabulary: 2), 2, model.Context, model.SliceSize, model.Score);
        var encoder = Estimate(network, batchSize, sourceSteps, threadCount, hasDropout, bitsPerForgetGate, sharesInputs);
        var decoder = Estimate(shape.Decoder.Options, batchSize, targetSteps, threadCount, hasDropout, bitsPerForgetGate, sharesInputs);
        var sources = (long)batchSize * sourceSteps;
        // What each side hands to the other: states, and gradients by them.
        var handed = 2L * sizeof(float) * batchSize * Enumerable.Range(0, shape.Decoder.Layers).Sum(layer => (long)shape.Decoder.Layer(layer).StateStride * shape.Decoder.Layer(layer).StateCount);
        var chunkSteps = Math.Min(targetSteps, ChunkLength.For(shape.Decoder).Steps(batchSize));
        var attention = AttentionBuffers.ChunkBytes(shape, chunkSteps * batchSize) + AttentionPieces.Bytes(batchSize, sourceSteps, chunkSteps, threadCount)
            + threadCount * AttentionProducts.Bytes(shape, AttentionPieces.StepsOf(chunkSteps));
        return new TranslationActivationEstimate(
            encoder.Plus(SourceMemory.BytesPerToken(shape) * sources + shape.Encoder.Directions * handed),
            decoder.Plus(attention + handed));
    }
}
