namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Luong's general attention in plain double-precision loops: score_s = (W_in q) . ctx_s, alpha = softmax, c = sum of alpha_s ctx_s, out = tanh(W_out [c ; q]) of one step of one row; and
/// the gradients of a loss by all of it. Gradients are added up over calls.
/// </summary>
/// <param name="wIn">[C, H].</param>
/// <param name="wOut">[O, C + H].</param>
/// <param name="units">H.</param>
internal sealed class ReferenceAttention(double[] wIn, double[] wOut, int units)
{
    private readonly int _context = wIn.Length / units;

    public double[] InputGradient { get; } = new double[wIn.Length];

    public double[] OutputGradient { get; } = new double[wOut.Length];

    private int Joined => _context + units;

    private int Outputs => wOut.Length / Joined;

    /// <summary>alpha, c and out.</summary>
    public (double[] Alpha, double[] Context, double[] Output) Forward(double[] q, double[][] contexts)
    {
        var query = new double[_context];
        for (var i = 0; i < _context; i++)
        {
            for (var j = 0; j < units; j++)
                query[i] += wIn[i * units + j] * q[j];
        }
        var scores = Array.ConvertAll(contexts, context => Dot(query, context));
        var alpha = Array.ConvertAll(scores, score => Math.Exp(score - scores.Max()));
        var sum = alpha.Sum();
        alpha = Array.ConvertAll(alpha, value => value / sum);
        var mean = new double[_context];
        for (var s = 0; s < contexts.Length; s++)
        {
            for (var i = 0; i < _context; i++)
                mean[i] += alpha[s] * contexts[s][i];
        }
        double[] joined = [.. mean, .. q];
        var output = new double[Outputs];
        for (var o = 0; o < output.Length; o++)
            output[o] = Math.Tanh(Dot(wOut.AsSpan(o * Joined, Joined), joined));
        return (alpha, mean, output);
    }

    /// <summary>The gradients by q and by the contexts, from those by out and by alpha.</summary>
    public (double[] Q, double[][] Contexts) Backward(double[] q, double[][] contexts, double[] outputGradient, double[]? alphaGradient = null)
    {
        var (alpha, mean, output) = Forward(q, contexts);
        double[] joined = [.. mean, .. q];
        var ofJoined = new double[Joined];
        for (var o = 0; o < output.Length; o++)
        {
            var g = outputGradient[o] * (1 - output[o] * output[o]);
            for (var i = 0; i < Joined; i++)
            {
                OutputGradient[o * Joined + i] += g * joined[i];
                ofJoined[i] += g * wOut[o * Joined + i];
            }
        }
        var ofMean = ofJoined[.._context];
        var ofAlpha = new double[contexts.Length];
        for (var s = 0; s < contexts.Length; s++)
            ofAlpha[s] = Dot(ofMean, contexts[s]) + (alphaGradient?[s] ?? 0);
        var expected = Dot(alpha, ofAlpha);
        var (ofQ, ofQuery) = (ofJoined[_context..], new double[_context]);
        var query = new double[_context];
        for (var i = 0; i < wIn.Length; i++)
            query[i / units] += wIn[i] * q[i % units];
        var ofContexts = new double[contexts.Length][];
        for (var s = 0; s < contexts.Length; s++)
        {
            var ofScore = alpha[s] * (ofAlpha[s] - expected);
            ofContexts[s] = new double[_context];
            for (var i = 0; i < _context; i++)
            {
                ofContexts[s][i] = alpha[s] * ofMean[i] + ofScore * query[i];
                ofQuery[i] += ofScore * contexts[s][i];
            }
        }
        for (var i = 0; i < wIn.Length; i++)
        {
            InputGradient[i] += ofQuery[i / units] * q[i % units];
            ofQ[i % units] += ofQuery[i / units] * wIn[i];
        }
        return (ofQ, ofContexts);
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }
}
