using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Mean and maximum over time of the outputs, and softmax: the classifier's mean cross-entropy.</summary>
internal sealed class ReferenceNetwork(ClassifierParameters parameters) : ReferenceStack(parameters.Stack, parameters.Dense)
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
        var vectors = Outputs(tokens);
        var pooled = new double[2 * Units];
        for (var unit = 0; unit < Units; unit++)
        {
            pooled[unit] = vectors.Average(vector => vector[unit]);
            pooled[Units + unit] = vectors.Max(vector => vector[unit]);
        }
        var scores = new double[parameters.ClassCount];
        for (var c = 0; c < scores.Length; c++)
        {
            scores[c] = Values(parameters.Bias)[c];
            for (var i = 0; i < pooled.Length; i++)
                scores[c] += Values(parameters.Weight)[c * pooled.Length + i] * pooled[i];
        }
        return Math.Log(scores.Sum(score => Math.Exp(score - scores[label])));
    }
}
