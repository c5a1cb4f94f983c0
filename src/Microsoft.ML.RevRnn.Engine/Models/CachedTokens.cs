using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>A text's cache at work.</summary>
/// <param name="options">Checked options.</param>
/// <param name="stride">Length of an output.</param>
internal sealed class CachedTokens(CacheOptions options, int stride) : ITokenMemory
{
    private readonly TokenCache<float> _cache = new(options.Size, stride);
    private readonly CacheMixture _mixture = new(options.Theta);
    private readonly double _rest = HostMath.Log(1 - options.Lambda);

    public void Clear() => _cache.Clear();

    public double Read(ReadOnlySpan<float> output, ReadOnlySpan<float> logProbabilities, int token)
    {
        double logProbability = logProbabilities[token];
        if (_cache.Count > 0)
        {
            var cached = _mixture.Probability(_cache.Compare(output), _cache.Tokens, token);
            // To the precision that Mix has.
            logProbability = (float)CacheMixture.Join(logProbability, cached, options.Lambda, _rest);
        }
        _cache.Add(output, token);
        return logProbability;
    }

    public void Mix(ReadOnlySpan<float> output, Span<float> logProbabilities)
    {
        if (_cache.Count > 0)
            _mixture.Mix(_cache.Compare(output), _cache.Tokens, options.Lambda, logProbabilities);
    }
}
