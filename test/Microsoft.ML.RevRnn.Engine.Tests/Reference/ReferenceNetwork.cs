using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Pooling over time of the outputs of one or two directions, and softmax: the classifier's mean cross-entropy.</summary>
internal sealed class ReferenceNetwork(NetworkParameters parameters) : ReferenceStack(parameters.Encoder, parameters.All)
{
    public double Loss(int[][] sequences, int[] labels)
    {
        var loss = 0.0;
        for (var i = 0; i < sequences.Length; i++)
            loss += Loss(sequences[i], labels[i]);
        return loss / sequences.Length;
    }

    private double Loss(int[] tokens, int label)
    {
        var pooled = Pooled(tokens);
        var scores = new double[parameters.Output.Outcomes];
        for (var c = 0; c < scores.Length; c++)
        {
            scores[c] = Values(parameters.Output.Bias)[c];
            for (var i = 0; i < pooled.Length; i++)
                scores[c] += Values(parameters.Output.Weight)[c * pooled.Length + i] * pooled[i];
        }
        return Math.Log(scores.Sum(score => Math.Exp(score - scores[label])));
    }

    /// <summary>The parts of the pooling one after another, each with the units of all directions.</summary>
    private double[] Pooled(int[] tokens)
    {
        var shape = parameters.Encoder.Shape;
        double[][][] outputs = [.. Enumerable.Range(0, shape.Directions).Select(direction => Outputs(tokens, direction))];
        double[] Part(Func<double[][], int, double> pool) =>
            [.. outputs.SelectMany(ofDirection => Enumerable.Range(0, Units).Select(unit => pool(ofDirection, unit)))];
        static double Mean(double[][] steps, int unit) => steps.Average(step => step[unit]);
        static double Max(double[][] steps, int unit) => steps.Max(step => step[unit]);
        static double Last(double[][] steps, int unit) => steps[^1][unit];
        return shape.Options.Pooling switch
        {
            PoolingKind.MeanMax => [.. Part(Mean), .. Part(Max)],
            PoolingKind.MeanMaxLast => [.. Part(Mean), .. Part(Max), .. Part(Last)],
            PoolingKind.Mean => Part(Mean),
            PoolingKind.Max => Part(Max),
            PoolingKind.Last => Part(Last),
            _ => [.. outputs.SelectMany(Attended)],
        };
    }

    private double[] Attended(double[][] steps, int direction)
    {
        var vector = Values(parameters.Attention!).AsSpan(direction * Units, Units).ToArray();
        double[] weights = [.. steps.Select(step => Math.Exp(step.Zip(vector, (h, v) => h * v).Sum() / Math.Sqrt(Units)))];
        return [.. Enumerable.Range(0, Units).Select(unit => steps.Zip(weights, (step, weight) => step[unit] * weight).Sum() / weights.Sum())];
    }
}
