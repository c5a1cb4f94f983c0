using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The tokens that are drawn for a batch's softmax, in proportion to their frequency.</summary>
internal sealed class TokenSample
{
    private readonly double[] _cumulative;
    private readonly int _draws;
    private readonly int[] _slotOf;
    private readonly int[] _drawn;
    private readonly float[] _logInclusion;

    /// <param name="frequencies">How often each token occurs in the training data; one more is counted, so that every token can be drawn.</param>
    /// <param name="draws">Tokens drawn for a batch, with repetition.</param>
    public TokenSample(ReadOnlySpan<long> frequencies, int draws)
    {
        _draws = draws;
        _cumulative = new double[frequencies.Length];
        var sum = 0.0;
        for (var i = 0; i < frequencies.Length; i++)
            _cumulative[i] = sum += frequencies[i] + 1;
        _slotOf = new int[frequencies.Length];
        Array.Fill(_slotOf, -1);
        _drawn = new int[Math.Min(draws, frequencies.Length)];
        _logInclusion = new float[_drawn.Length];
    }

    /// <summary>The most distinct tokens of a batch.</summary>
    public int Capacity => _drawn.Length;

    /// <summary>Distinct tokens that were drawn.</summary>
    public int Count { get; private set; }

    /// <summary>They.</summary>
    public ReadOnlySpan<int> Drawn => _drawn.AsSpan(0, Count);

    /// <summary>log of the probability of each to be among them.</summary>
    public ReadOnlySpan<float> LogInclusion => _logInclusion.AsSpan(0, Count);

    /// <summary>Where a token is among them; -1 for none.</summary>
    public int SlotOf(int token) => _slotOf[token];

    /// <summary>Draws a batch's tokens.</summary>
    public void Draw(ulong key)
    {
        foreach (var token in Drawn)
            _slotOf[token] = -1;
        Count = 0;
        var sum = _cumulative[^1];
        for (var i = 0; i < _draws; i++)
        {
            var at = (CounterRandom.Mix(key + (ulong)i) >> 11) * (1.0 / (1L << 53)) * sum;
            var token = Array.BinarySearch(_cumulative, at);
            // A token's interval is open at its end.
            token = token >= 0 ? token + 1 : ~token;
            if (_slotOf[token] >= 0)
                continue;
            _slotOf[token] = Count;
            _logInclusion[Count] = (float)HostMath.Log(InclusionProbability(token));
            _drawn[Count++] = token;
        }
    }

    /// <summary>1 - (1 - q)^draws.</summary>
    private double InclusionProbability(int token)
    {
        var probability = (_cumulative[token] - (token == 0 ? 0 : _cumulative[token - 1])) / _cumulative[^1];
        return 1 - HostMath.Exp(_draws * HostMath.Log(1 - probability));
    }
}
