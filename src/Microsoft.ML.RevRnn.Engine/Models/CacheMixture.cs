using System.Numerics;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>p(w) = (1 - lambda) p_model(w) + lambda p_cache(w), as <see cref="CacheOptions"/> has it.</summary>
/// <param name="theta">How much alike outputs have to be.</param>
internal sealed class CacheMixture(double theta)
{
    private double[] _weights = [];
    private double[] _ofTokens = [];

    /// <summary>p_cache of one token.</summary>
    /// <param name="similarities">h_i · h_t of each kept output.</param>
    /// <param name="tokens">The token that followed each.</param>
    /// <param name="token">Whose probability it is.</param>
    public double Probability(ReadOnlySpan<double> similarities, ReadOnlySpan<int> tokens, int token)
    {
        var total = Weigh(similarities);
        var sum = 0.0;
        for (var i = 0; i < tokens.Length; i++)
            sum += tokens[i] == token ? _weights[i] : 0;
        return sum / total;
    }

    /// <summary>From log p of the model to log p of all tokens.</summary>
    public void Mix<T>(ReadOnlySpan<double> similarities, ReadOnlySpan<int> tokens, double lambda, Span<T> logProbabilities)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var total = Weigh(similarities);
        if (_ofTokens.Length < logProbabilities.Length)
            _ofTokens = new double[logProbabilities.Length];
        // In the order of Probability, so that both give the same bits.
        for (var i = 0; i < tokens.Length; i++)
            _ofTokens[tokens[i]] += _weights[i];
        var rest = HostMath.Log(1 - lambda);
        for (var token = 0; token < logProbabilities.Length; token++)
        {
            logProbabilities[token] = T.CreateTruncating(Join(double.CreateTruncating(logProbabilities[token]), _ofTokens[token] / total, lambda, rest));
            _ofTokens[token] = 0;
        }
    }

    /// <summary>log p of a token.</summary>
    /// <param name="model">log p of the model.</param>
    /// <param name="cached">p_cache.</param>
    /// <param name="lambda">The cache's part.</param>
    /// <param name="rest">log(1 - lambda).</param>
    public static double Join(double model, double cached, double lambda, double rest)
        => cached > 0 ? HostMath.Log((1 - lambda) * HostMath.Exp(model) + lambda * cached) : model + rest;

    /// <summary>exp(theta h_i · h_t) up to a factor, and their sum.</summary>
    private double Weigh(ReadOnlySpan<double> similarities)
    {
        if (_weights.Length < similarities.Length)
            _weights = new double[Math.Max(similarities.Length, 2 * _weights.Length)];
        var largest = double.NegativeInfinity;
        foreach (var similarity in similarities)
            largest = Math.Max(largest, similarity);
        var total = 0.0;
        for (var i = 0; i < similarities.Length; i++)
            total += _weights[i] = HostMath.Exp(theta * (similarities[i] - largest));
        return total;
    }
}
