using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Analysis;

/// <summary>
/// What one thread needs for the gradients of a trained network's scores by the token vectors. It runs the network of prediction, to the bit, with a backward pass as in
/// training, whose gradients by weights are left out.
/// </summary>
internal sealed class GradientSession<THead> : IPooledSession, IDisposable
    where THead : ISequenceHead
{
    private readonly Device _device = new(threads: 1);
    private readonly EmbeddingTable _embedding;
    private readonly ConnectivityOptions _options;
    private readonly InputGradients _gradients;
    private readonly PackedBatch _batch = new();
    private readonly ISequenceEncoder _encoder;
    private readonly BatchPass _pass;
    private LengthHistory _lengths;

    /// <param name="parameters">The encoder's weights.</param>
    /// <param name="createHead">Makes the head, which tells the scores; its own from now on.</param>
    /// <param name="options">How to compute; checked.</param>
    public GradientSession(EncoderParameters parameters, Func<ISequenceEncoder, THead> createHead, ConnectivityOptions options)
    {
        _embedding = parameters.Embedding;
        _options = options;
        _gradients = new InputGradients(_embedding.Stride, _device.Memory);
        var settings = new StackSettings
        {
            Arithmetic = CellArithmetic.Preimages,
            Strategy = options.ActivationStrategy,
            MemoryBudget = options.MemoryBudget / 2,
            SharesInputs = false,
            LearnsWeights = false,
        };
        _encoder = Encoders.Create(parameters, settings, _device, (direction, _) => new RecordingInput(_embedding, _gradients, isReversed: direction == 1));
        _encoder.PrepareTraining();
        Head = createHead(_encoder);
        _pass = new BatchPass(_encoder, Head);
    }

    public THead Head { get; }

    /// <summary>The most bytes that activations and gradients have taken.</summary>
    public long PeakBytes => _device.Memory.PeakBytes;

    /// <summary>What the last pass did.</summary>
    public ActivationAccount Account => _encoder.Account;

    /// <summary>How many sequences may share a pass, the longest of so many tokens: half of the budget is the gradients'.</summary>
    public int RowLimit(int steps, int most)
    {
        var room = _options.MemoryBudget / 2 / ((long)steps * _gradients.BytesPerToken);
        return Math.Max(1, _encoder.RowLimit(steps, (int)Math.Clamp(room, 1, most)));
    }

    /// <summary>Forward and back over sequences; an empty one is read as <see cref="Vocabulary.EmptyToken"/>.</summary>
    public void Run(IReadOnlyList<int[]> sequences)
    {
        _batch.Fill(sequences, Parameter.Identity(sequences.Count), Vocabulary.EmptyToken);
        _pass.Train(_batch, seed: 0);
    }

    /// <summary>What the options ask for, of each token of a sequence of the last pass.</summary>
    /// <param name="sequence">Which sequence.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public float[] Values(int sequence, ReadOnlySpan<int> tokens)
    {
        var row = _batch.RowOfMember(sequence);
        var values = new float[tokens.Length];
        for (var step = 0; step < values.Length; step++)
            values[step] = GradientMeasures.Of(_options.Measure, _gradients.Of(step, row), _embedding, tokens[step]);
        if (values.Length > 0)
            ResultCheck.Finite(values);
        return values;
    }

    /// <inheritdoc/>
    public void Release()
    {
        if (!_lengths.Note(_batch.TokenCount))
            return;
        _batch.Release();
        _encoder.Release();
        Head.Release();
        _device.Memory.ReleaseAll();
    }

    public void Dispose()
    {
        Head.Dispose();
        _encoder.Dispose();
        _gradients.Dispose();
        _device.Dispose();
    }
}
