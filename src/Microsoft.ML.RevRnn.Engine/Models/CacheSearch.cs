using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>All caches of a grid at once, over one reading of the texts: they keep the same pairs. The model's probabilities stay as they are.</summary>
/// <param name="options">Checked options.</param>
/// <param name="stride">Length of an output.</param>
internal sealed class CacheSearch(CacheSearchOptions options, int stride) : ITokenMemory
{
    private readonly TokenCache<float> _cache = new(options.Size, stride);
    private readonly CacheMixture[] _mixtures = [.. options.Thetas.Select(theta => new CacheMixture(theta))];
    private readonly double[] _rests = [.. options.Lambdas.Select(lambda => HostMath.Log(1 - lambda))];

    /// <summary>[thetas, lambdas]: log p of all that was read.</summary>
    private readonly double[] _logLikelihoods = new double[options.Thetas.Count * options.Lambdas.Count];

    public void Clear() => _cache.Clear();

    public double Read(ReadOnlySpan<float> output, ReadOnlySpan<float> logProbabilities, int token)
    {
        var similarities = _cache.Compare(output);
        for (var i = 0; i < _mixtures.Length; i++)
        {
            var cached = _cache.Count > 0 ? _mixtures[i].Probability(similarities, _cache.Tokens, token) : 0;
            for (var j = 0; j < _rests.Length; j++)
            {
                _logLikelihoods[i * _rests.Length + j] += _cache.Count > 0 && _rests[j] != 0
                    ? (float)CacheMixture.Join(logProbabilities[token], cached, options.Lambdas[j], _rests[j])
                    : logProbabilities[token];
            }
        }
        _cache.Add(output, token);
        return logProbabilities[token];
    }

    public void Mix(ReadOnlySpan<float> output, Span<float> logProbabilities)
    {
    }

    /// <summary>The best of them.</summary>
    /// <param name="plain">What the model gives without.</param>
    public CacheChoice Choose(SequenceScore plain)
    {
        var best = 0;
        for (var i = 1; i < _logLikelihoods.Length; i++)
            best = _logLikelihoods[i] > _logLikelihoods[best] ? i : best;
        var cache = new CacheOptions { Size = options.Size, Theta = options.Thetas[best / _rests.Length], Lambda = options.Lambdas[best % _rests.Length] };
        return new CacheChoice(cache, plain with { LogLikelihood = _logLikelihoods[best] }, plain);
    }
}
