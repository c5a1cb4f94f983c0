using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What one thread needs to tell how probable a target is.</summary>
internal sealed class PairScorer : IPooledSession
{
    private readonly TranslationPass _pass;
    private readonly PackedBatch _source = new();
    private readonly PackedBatch _target = new();
    private LengthHistory _lengths;
    private int[] _tokens = [];

    public PairScorer(SharedTranslation model) => _pass = model.CreateScoring();

    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    public TranslationScore Score(ReadOnlySpan<int> source, ReadOnlySpan<int> target)
    {
        if (_tokens.Length <= target.Length)
            _tokens = new int[target.Length + 1];
        _tokens[0] = Vocabulary.EmptyToken;
        target.CopyTo(_tokens.AsSpan(1));
        _source.Fill(source, Vocabulary.EmptyToken);
        _target.Fill(_tokens.AsSpan(0, target.Length + 1), Vocabulary.EmptyToken);
        var result = _pass.Run(_source, _target);
        ResultCheck.Finite(result.LossSum);
        return new TranslationScore(new SequenceScore(0 - result.LossSum, result.Predictions), result.Correct);
    }

    public void Release()
    {
        if (!_lengths.Note(_source.TokenCount + _target.TokenCount))
            return;
        _source.Release();
        _target.Release();
        _pass.Release();
        _tokens = [];
    }
}
