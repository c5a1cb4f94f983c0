using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>Which set of weights a <see cref="CellKind.MixedGru"/> took at each token: which cell for which word.</summary>
public static class CellMixture
{
    /// <summary>The set, from 0, taken as a language model reads each token of a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, [T]; a boundary is read before it.</param>
    /// <param name="layer">Of which layer, from 0 at the bottom.</param>
    /// <returns>[T].</returns>
    /// <exception cref="ArgumentException">The model's cell is another, or a token or the layer is out of its range.</exception>
    public static int[] Chosen(LanguageModel model, ReadOnlySpan<int> tokens, int layer = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Network.Cell != CellKind.MixedGru)
            throw new ArgumentException($"The model's cell is {model.Network.Cell}; {CellKind.MixedGru} alone has sets of weights.", nameof(model));
        OptionCheck.Range(nameof(layer), layer, 0, model.Network.LayerCount - 1);
        TrainingInput.CheckTokens(tokens, model.VocabularySize);
        using var device = new Device(threads: 1);
        using var encoder = (RecurrentStack)Encoders.Create(model.Parameters.Encoder, StackSettings.Prediction, device);
        using var head = new ScoresHead(encoder, layer);
        var batch = new PackedBatch();
        batch.Fill([Vocabulary.EmptyToken, .. tokens], Vocabulary.EmptyToken);
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        pass.Run(batch);
        return [.. head.Chosen.Skip(1)];
    }

    /// <summary>How often each set was taken at each token, [V, K].</summary>
    /// <param name="tokens">Tokens, [T].</param>
    /// <param name="chosen">The sets taken at them, [T].</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="setCount">K.</param>
    /// <exception cref="ArgumentException">There are not as many of both, or one is out of its range.</exception>
    public static long[,] Histogram(ReadOnlySpan<int> tokens, ReadOnlySpan<int> chosen, int vocabularySize, int setCount)
    {
        if (tokens.Length != chosen.Length)
            throw new ArgumentException($"There are {tokens.Length} tokens and {chosen.Length} sets.", nameof(chosen));
        TrainingInput.CheckTokens(tokens, vocabularySize);
        TrainingInput.CheckTokens(chosen, setCount);
        var histogram = new long[vocabularySize, setCount];
        for (var t = 0; t < tokens.Length; t++)
            histogram[tokens[t], chosen[t]]++;
        return histogram;
    }

    /// <summary>The mutual information of tokens and sets, in bits: how much a token tells of the set that is taken, 0 where it tells nothing.</summary>
    /// <param name="histogram">How often each set was taken at each token, [V, K].</param>
    public static double MutualInformation(long[,] histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        var (rows, columns) = (histogram.GetLength(0), histogram.GetLength(1));
        var (ofToken, ofSet, all) = (new double[rows], new double[columns], 0.0);
        for (var i = 0; i < rows * columns; i++)
        {
            var count = histogram[i / columns, i % columns];
            ofToken[i / columns] += count;
            ofSet[i % columns] += count;
            all += count;
        }
        var bits = 0.0;
        for (var i = 0; i < rows * columns; i++)
        {
            double count = histogram[i / columns, i % columns];
            if (count > 0)
                bits += count / all * HostMath.Log2(count * all / (ofToken[i / columns] * ofSet[i % columns]));
        }
        return bits;
    }

    /// <summary>Finds the highest score of each flat row.</summary>
    private sealed unsafe class ScoresHead(RecurrentStack encoder, int layer) : ReadingHead
    {
        public List<int> Chosen { get; } = [];

        public override void Forward(in Chunk chunk)
        {
            var of = encoder.Layers[layer];
            var (shape, spec) = (of.Layer.Shape, (MixedGruSpec)of.Layer.Shape.Spec);
            var scores = of.Record(chunk).Gates.Pointer + spec.Scores * shape.BlockStride;
            for (var row = 0; row < chunk.FlatRows; row++)
                Chosen.Add(TensorPrimitives.IndexOfMax(new ReadOnlySpan<float>(scores + (nint)row * shape.GateRow, spec.SetCount)));
        }

        public override void Dispose()
        {
        }
    }
}
