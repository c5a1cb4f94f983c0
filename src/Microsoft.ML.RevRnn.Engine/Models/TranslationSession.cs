using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <summary>Translates one sequence after the other. For one thread at a time; a model can have any number of them.</summary>
public sealed class TranslationSession
{
    /// <summary>Rows that a step of the decoder should have: enough to multiply efficiently.</summary>
    private const int RowsOfStep = 160;

    private readonly TranslationSearch _search;

    internal TranslationSession(SharedTranslation model)
    {
        SourceVocabularySize = model.SourceVocabulary;
        _search = new TranslationSearch(model);
    }

    private int SourceVocabularySize { get; }

    /// <summary>The best translation that a beam search finds.</summary>
    /// <param name="source">Token numbers; of an empty source the translation is empty too.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Translation Translate(ReadOnlySpan<int> source, DecodingOptions? options = null, CancellationToken cancellationToken = default)
        => TranslateBest(source, 1, options, cancellationToken)[0];

    /// <summary>
    /// The best translation of each source that a beam search finds: those that <see cref="Translate"/> finds of each by itself,
    /// to the bit, in less time together, since they are translated side by side.
    /// </summary>
    /// <param name="sources">Token numbers of each source.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Translation[] TranslateAll(IReadOnlyList<int[]> sources, DecodingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        options ??= new DecodingOptions();
        options.Validate();
        for (var i = 0; i < sources.Count; i++)
            TrainingInput.CheckTokens(sources[i] ?? throw new ArgumentException($"Source {i} is null.", nameof(sources)), SourceVocabularySize);
        // Sources of about equal length end at about the same step.
        int[] order = [.. Enumerable.Range(0, sources.Count).OrderBy(i => sources[i].Length)];
        var results = new Translation[sources.Count];
        foreach (var group in order.Chunk(Math.Max(1, RowsOfStep / options.BeamWidth)))
        {
            var translations = Search(Array.ConvertAll(group, i => sources[i]), 1, options, cancellationToken);
            for (var i = 0; i < group.Length; i++)
                results[group[i]] = translations[i][0];
        }
        return results;
    }

    /// <summary>The best translations that a beam search finds, best first.</summary>
    /// <param name="source">Token numbers; of an empty source the translation is empty too.</param>
    /// <param name="count">How many, 1 to 1,000; the beam is as wide at least. There may be fewer.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Translation[] TranslateBest(ReadOnlySpan<int> source, int count, DecodingOptions? options = null, CancellationToken cancellationToken = default)
    {
        OptionCheck.Range(nameof(count), count, 1, 1000);
        options ??= new DecodingOptions();
        options.Validate();
        TrainingInput.CheckTokens(source, SourceVocabularySize);
        return Search([source.ToArray()], count, options, cancellationToken)[0];
    }

    /// <summary>Takes the most probable token each time, and gives it as soon as it is known. The session must not be used for another source until it has ended.</summary>
    /// <param name="source">Token numbers.</param>
    /// <param name="maximumLength">Most tokens, 1 to 1,000,000; null for 2 S + 10.</param>
    /// <param name="cancellationToken">Ends it before the next token.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<TranslatedToken> Stream(ReadOnlySpan<int> source, int? maximumLength = null, CancellationToken cancellationToken = default)
    {
        OptionCheck.Range(nameof(maximumLength), maximumLength ?? 1, 1, 1_000_000);
        TrainingInput.CheckTokens(source, SourceVocabularySize);
        return source.IsEmpty ? [] : Tokens(source.ToArray(), maximumLength ?? MaximumLength(source.Length), cancellationToken);
    }

    private static int MaximumLength(int sourceLength) => (int)Math.Min(1_000_000, 2L * sourceLength + 10);

    private IEnumerable<TranslatedToken> Tokens(int[] source, int maximumLength, CancellationToken cancellationToken)
    {
        _search.Begin([source]);
        _search.Reserve(1);
        var token = Vocabulary.EmptyToken;
        for (var i = 0; i < maximumLength; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _search.Set(0, 0, 0, token);
            _search.Step(1);
            token = TensorPrimitives.IndexOfMax(_search.LogProbabilities(0));
            if (token == Vocabulary.EmptyToken)
                break;
            yield return new TranslatedToken(token, _search.Alignments[0]);
        }
        _search.End();
    }

    /// <summary>The best translations of sources that are searched for side by side.</summary>
    private Translation[][] Search(int[][] sources, int count, DecodingOptions options, CancellationToken cancellationToken)
    {
        var results = new Translation[sources.Length][];
        var width = Math.Max(count, options.BeamWidth);
        var (members, limits) = (new List<int>(), new List<int>());
        for (var i = 0; i < sources.Length; i++)
        {
            if (sources[i].Length == 0)
            {
                results[i] = [new Translation([], 0, 0, [], IsComplete: true)];
                continue;
            }
            members.Add(i);
            limits.Add(options.MaximumLength ?? MaximumLength(sources[i].Length));
        }
        if (members.Count == 0)
            return results;
        Beam[] beams = [.. limits.Select(limit => new Beam(width, options.LengthPenalty, count, limit + 1, Vocabulary.EmptyToken))];
        _search.Begin([.. members.Select(i => sources[i])]);
        _search.Reserve(width * beams.Length);
        var firstRows = new int[beams.Length];
        for (var i = 0; i < beams.Length; i++)
            firstRows[i] = _search.RowOf(i);
        for (var rows = Prepare(beams, firstRows); rows > 0; rows = Prepare(beams, firstRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _search.Step(rows);
            Advance(beams, firstRows);
        }
        _search.End();
        for (var i = 0; i < beams.Length; i++)
            results[members[i]] = beams[i].Results(limits[i]);
        return results;
    }

    /// <summary>Lays out the rows of the next step.</summary>
    /// <param name="beams">The searches.</param>
    /// <param name="firstRows">Of each the first row of its hypotheses in the last step, and from now on in this one.</param>
    /// <returns>How many rows there are.</returns>
    private int Prepare(Beam[] beams, int[] firstRows)
    {
        var rows = 0;
        for (var i = 0; i < beams.Length; i++)
        {
            var last = firstRows[i];
            firstRows[i] = rows;
            for (var live = 0; live < beams[i].LiveCount; live++)
                _search.Set(rows++, i, last + beams[i].Parent(live), beams[i].Token(live));
        }
        return rows;
    }

    private void Advance(Beam[] beams, int[] firstRows)
    {
        for (var i = 0; i < beams.Length; i++)
        {
            var count = beams[i].LiveCount;
            if (count == 0)
                continue;
            beams[i].BeginStep();
            for (var live = 0; live < count; live++)
                beams[i].Offer(live, _search.LogProbabilities(firstRows[i] + live));
            beams[i].EndStep(_search.Alignments.Slice(firstRows[i], count));
        }
    }
}
