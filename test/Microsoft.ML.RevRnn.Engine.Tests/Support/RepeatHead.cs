using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Scores the known tokens of a <see cref="RepeatTask"/> in plain loops: those that follow the first of a pair. All texts are equally long.</summary>
internal sealed unsafe class RepeatHead(LinearParameters output, ISequenceEncoder encoder) : ReadingHead
{
    private int _correct;
    private int _known;
    private double _loss;

    public double Accuracy => (double)_correct / _known;

    /// <summary>Mean cross-entropy.</summary>
    public double Loss => _loss / _known;

    public override void Forward(in Chunk chunk)
    {
        for (var row = 0; row < chunk.FlatRows; row++)
        {
            var step = chunk.First + row / chunk.Batch.RowCount;
            if (step % 2 != 0)
                continue;
            // After the first of a pair its own token is the next one.
            var target = chunk.Batch.Tokens[(int)chunk.FlatStart + row];
            var scores = Scores(encoder.Outputs(chunk) + (nint)row * encoder.OutputStride);
            _correct += Array.IndexOf(scores, scores.Max()) == target ? 1 : 0;
            _loss += Math.Log(scores.Sum(Math.Exp)) - scores[target];
            _known++;
        }
    }

    public override void Dispose()
    {
    }

    /// <summary>[V] from the output of one row and step.</summary>
    private double[] Scores(float* values)
    {
        var scores = new double[output.Outcomes];
        for (var v = 0; v < scores.Length; v++)
        {
            scores[v] = output.Bias.At(0, v);
            for (var unit = 0; unit < encoder.OutputColumns.Length; unit++)
                scores[v] += output.Weight.At(v, unit) * values[encoder.OutputColumns[unit]];
        }
        return scores;
    }
}
