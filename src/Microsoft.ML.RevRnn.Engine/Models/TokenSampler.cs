using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Chooses tokens from a model's distribution, one after another. What it chooses is a function of seed, place and distribution.</summary>
internal sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly float[] _scores;
    private readonly float[] _keys;
    private readonly Queue<int> _recent = new();
    private readonly ulong _key;
    private ulong _place;

    public TokenSampler(GenerationOptions options, int vocabularySize)
    {
        _options = options;
        _key = CounterRandom.Key((ulong)options.Seed, RandomUse.TokenChoice);
        _scores = new float[vocabularySize];
        _keys = new float[vocabularySize];
    }

    /// <summary>Takes note of a chosen token for the repetition penalty.</summary>
    public void Note(int token)
    {
        if (_options.RepetitionPenalty == 1)
            return;
        if (_recent.Count == _options.RepetitionWindow)
            _recent.Dequeue();
        _recent.Enqueue(token);
    }

    /// <summary>The next token.</summary>
    /// <param name="logProbabilities">[V].</param>
    /// <param name="allows">Which tokens may be chosen; null for all.</param>
    public int Choose(ReadOnlySpan<float> logProbabilities, Predicate<int>? allows = null)
    {
        Score(logProbabilities, allows);
        if (_options.Temperature == 0)
            return TensorPrimitives.IndexOfMax<float>(_scores);

        var largest = TensorPrimitives.Max<float>(_scores);
        TensorPrimitives.Subtract(_scores, largest, _scores);
        TensorPrimitives.Divide(_scores, _options.Temperature, _scores);
        RowMath.Exp(_scores);
        var threshold = Threshold();
        var sum = 0.0;
        foreach (var weight in _scores)
            sum += weight >= threshold ? weight : 0;
        var at = (CounterRandom.Mix(_key + _place++) >> 11) * (1.0 / (1L << 53)) * sum;
        var last = 0;
        for (var token = 0; token < _scores.Length; token++)
        {
            if (_scores[token] < threshold || _scores[token] == 0)
                continue;
            last = token;
            at -= _scores[token];
            if (at < 0)
                break;
        }
        return last;
    }

    /// <summary>Penalizes repetition, and leaves out what may not be chosen.</summary>
    private void Score(ReadOnlySpan<float> logProbabilities, Predicate<int>? allows)
    {
        logProbabilities.CopyTo(_scores);
        foreach (var token in _recent)
            _scores[token] = logProbabilities[token] * _options.RepetitionPenalty;
        if (!_options.AllowsUnknown && _scores.Length > Vocabulary.UnknownToken + 1)
            _scores[Vocabulary.UnknownToken] = float.NegativeInfinity;
        if (!_options.StopsAtEnd)
            _scores[Vocabulary.EmptyToken] = float.NegativeInfinity;
        for (var token = 0; allows != null && token < _scores.Length; token++)
        {
            if (!allows(token))
                _scores[token] = float.NegativeInfinity;
        }
    }

    /// <summary>The weight from which on tokens are chosen from; of equal ones all are.</summary>
    private float Threshold()
    {
        var byRank = _options.TopK < _scores.Length;
        if (!byRank && _options.TopP == 1)
            return 0;
        var total = RowMath.Sum(_scores);
        // All that is lighter than its share of what the nucleus leaves out is out, and need not be sorted.
        var least = byRank ? 0 : (1 - _options.TopP) * total / _scores.Length;
        var count = 0;
        foreach (var weight in _scores)
        {
            if (weight >= least)
                _keys[count++] = weight;
        }
        var sorted = _keys.AsSpan(0, count);
        sorted.Sort();
        var first = byRank ? Math.Max(0, count - _options.TopK!.Value) : 0;
        if (_options.TopP == 1)
            return sorted[first];
        // What top-k leaves is the whole that the nucleus is a part of.
        var whole = 0.0;
        for (var i = first; i < count; i++)
            whole += sorted[i];
        if (!byRank)
            whole = total;
        var mass = 0.0;
        for (var i = count - 1; i >= first; i--)
        {
            mass += sorted[i];
            if (mass >= _options.TopP * whole)
                return sorted[i];
        }
        return sorted[first];
    }
}
