using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A token of the vocabulary that no text has, so that it can stand for another one at a single position with a vector that is a little different: central differences of
/// a trained model's scores.
/// </summary>
/// <param name="parameters">The model.</param>
/// <param name="spare">The token.</param>
/// <param name="step">How far its vector is from the other one's, in directions given.</param>
internal sealed class SpareToken(NetworkParameters parameters, int spare, float step = 1e-2f)
{
    private Parameter Table => parameters.Encoder.Embedding.Value;

    /// <summary>I.</summary>
    private int Length => Table.Columns;

    /// <summary>d s / d a of the vector e + a direction at a position.</summary>
    public double Derivative(int[] tokens, int position, double[] direction, Func<int[], double> score)
    {
        int[] changed = [.. tokens];
        changed[position] = spare;
        double Score(float distance)
        {
            for (var i = 0; i < Length; i++)
                Table.At(spare, i) = Table.At(tokens[position], i) + distance * (float)direction[i];
            return score(changed);
        }
        return (Score(step) - Score(-step)) / (2 * step);
    }

    /// <summary>d s / d e at a position, by all directions.</summary>
    public double[] Gradient(int[] tokens, int position, Func<int[], double> score)
        => [.. Enumerable.Range(0, Length).Select(i => Derivative(tokens, position, [.. Enumerable.Range(0, Length).Select(j => i == j ? 1.0 : 0)], score))];

    /// <summary>e.</summary>
    public double[] Vector(int token) => [.. Enumerable.Range(0, Length).Select(i => (double)Table.At(token, i))];

    /// <summary>The score of an outcome at the last token, of the network without rounding to fixed point.</summary>
    public unsafe double LastScore(int[] tokens, int outcome)
    {
        using var device = new Device(threads: 1);
        using var encoder = Encoders.Create(parameters.Encoder, new StackSettings { Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored }, device);
        using var head = new LastOutput(encoder);
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        var batch = new PackedBatch();
        batch.Fill(tokens, Vocabulary.EmptyToken);
        pass.Run(batch);
        return Enumerable.Range(0, head.Values.Length).Sum(i => (double)head.Values[i] * parameters.Output.Weight.At(outcome, i)) + parameters.Output.Bias.At(0, outcome);
    }

    private sealed unsafe class LastOutput(ISequenceEncoder encoder) : ReadingHead
    {
        public float[] Values { get; private set; } = [];

        public override void Forward(in Chunk chunk)
        {
            var output = encoder.Outputs(chunk) + (nint)(chunk.FlatRows - 1) * encoder.OutputStride;
            Values = new float[encoder.OutputColumns.Length];
            for (var i = 0; i < Values.Length; i++)
                Values[i] = output[encoder.OutputColumns[i]];
        }

        public override void Dispose()
        {
        }
    }
}
