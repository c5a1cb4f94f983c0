using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>From each output a softmax over all tokens: the mean cross-entropy of each text's next tokens and of its end, which is token 0.</summary>
internal sealed class ReferenceLanguageModel(NetworkParameters parameters) : ReferenceStack(parameters.Encoder, parameters.All)
{
    public double Loss(int[][] sequences)
    {
        var loss = 0.0;
        foreach (var tokens in sequences)
        {
            var outputs = Outputs(tokens);
            for (var t = 0; t < tokens.Length; t++)
                loss += Loss(outputs[t], t + 1 < tokens.Length ? tokens[t + 1] : 0);
        }
        return loss / sequences.Sum(tokens => tokens.Length);
    }

    /// <summary>The mean over time of the outputs for a text with a boundary before it.</summary>
    public double[] Features(int[] tokens)
    {
        var outputs = Outputs([0, .. tokens]);
        return [.. Enumerable.Range(0, Units).Select(unit => outputs.Average(output => output[unit]))];
    }

    private double Loss(double[] output, int target)
    {
        var scores = (double[])Values(parameters.Output.Bias).Clone();
        for (var v = 0; v < scores.Length; v++)
        {
            for (var unit = 0; unit < Units; unit++)
                scores[v] += Values(parameters.Output.Weight)[v * Units + unit] * output[unit];
        }
        return Math.Log(scores.Sum(score => Math.Exp(score - scores[target])));
    }
}
