using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Cross-entropy of softmax(W_1 h_t + W_2 g_t + b) over a batch, in double, from the joined outputs of two directions: in the row of step t they have h of token t, and g of token T - 1 - t.
/// </summary>
internal sealed class MeetingReference(NetworkParameters parameters, PackedBatch batch, int[][] labels, float[] weights, double smoothing)
{
    private readonly int _units = parameters.Network.Options.HiddenSize;
    private readonly double[,] _outputGradients = new double[batch.TokenCount, 2 * parameters.Network.Options.HiddenSize];

    public double Loss { get; private set; }

    /// <summary>[C, 2 H].</summary>
    public double[,] Weight { get; } = new double[parameters.Output.Outcomes, 2 * parameters.Network.Options.HiddenSize];

    public double[] Bias { get; } = new double[parameters.Output.Outcomes];

    /// <summary>The gradient by a value of a joined row.</summary>
    public float OutputGradient(long flat, int i) => (float)_outputGradients[flat, i];

    public void Learn(float[] outputs)
    {
        var total = Enumerable.Range(0, batch.RowCount).Sum(row => (double)weights[batch.SequenceOfRow(row)] * batch.Length(row));
        for (var row = 0; row < batch.RowCount; row++)
        {
            for (var t = 0; t < batch.Length(row); t++)
                Learn(outputs, row, t, weights[batch.SequenceOfRow(row)], total);
        }
    }

    private void Learn(float[] outputs, int row, int t, double weight, double total)
    {
        var (first, second) = ((int)batch.FlatOffset(t) + row, (int)batch.FlatOffset(batch.Length(row) - 1 - t) + row);
        // Where in the outputs the values of token t lie.
        int Flat(int i) => i < _units ? first : second;
        var scores = Enumerable.Range(0, Bias.Length).Select(c => parameters.Output.Bias.At(0, c)
            + Enumerable.Range(0, 2 * _units).Sum(i => (double)parameters.Output.Weight.At(c, i) * outputs[Flat(i) * 2 * _units + i])).ToArray();
        var logSum = Math.Log(scores.Sum(Math.Exp));
        var label = labels[batch.SequenceOfRow(row)][t];
        for (var c = 0; c < scores.Length; c++)
        {
            var target = (c == label ? 1 - smoothing : 0) + smoothing / scores.Length;
            Loss += weight * target * (logSum - scores[c]);
            var gradient = weight / total * (Math.Exp(scores[c] - logSum) - target);
            Bias[c] += gradient;
            for (var i = 0; i < 2 * _units; i++)
            {
                Weight[c, i] += gradient * outputs[Flat(i) * 2 * _units + i];
                _outputGradients[Flat(i), i] += gradient * parameters.Output.Weight.At(c, i);
            }
        }
    }
}
