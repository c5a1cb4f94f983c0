using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Evaluation;

namespace Microsoft.ML.RevRnn;

/// <summary>Metrics of texts against what they should be, whatever wrote them.</summary>
public static class TextMetrics
{
    /// <summary>
    /// BLEU of a corpus (Papineni et al. 2002): how many runs of one to four tokens of the hypotheses are in their references. The value is that of sacreBLEU
    /// (Post 2018) with the same signature.
    /// </summary>
    /// <param name="hypotheses">The texts, one a sentence.</param>
    /// <param name="references">What each should be.</param>
    /// <param name="options">How to compute it; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no hypotheses, or not as many references; or one is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <example>
    /// <code>
    /// var bleu = TextMetrics.Bleu(["Two dogs play in the snow."], ["Two dogs are playing in the snow."]);
    /// Console.WriteLine($"{bleu.Score:F1} ({bleu.Signature})");
    /// </code>
    /// </example>
    public static BleuScore Bleu(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references, BleuOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(references);
        return Bleu(hypotheses, [references], options);
    }

    /// <summary>BLEU of a corpus with several references.</summary>
    /// <param name="hypotheses">The texts, one a sentence.</param>
    /// <param name="references">One list or more, each with a reference for every hypothesis.</param>
    /// <param name="options">How to compute it; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no hypotheses or no references, or a list is not of as many; or a text is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <example>
    /// <code>
    /// string[][] references = [["The dog bit the man."], ["The dog had bit the man."]];
    /// var bleu = TextMetrics.Bleu(["The dog bit the man."], references);
    /// </code>
    /// </example>
    public static BleuScore Bleu(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, BleuOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        var tokenizer = new BleuTokenizer(options ?? new BleuOptions());
        return Score(hypotheses.Count, references.Count, k => references[k]?.Count ?? 0, options, (i, k) => tokenizer.Cut(
            (k < 0 ? hypotheses[i] : references[k][i]) ?? throw new ArgumentException($"The {(k < 0 ? "hypothesis" : "reference")} of sentence {i} is null.",
                k < 0 ? nameof(hypotheses) : nameof(references))));
    }

    /// <summary>BLEU of a corpus of tokens that are cut already, as they are; <see cref="BleuOptions.Tokenization"/> is not used.</summary>
    /// <param name="hypotheses">The tokens of each sentence.</param>
    /// <param name="references">Those that it should have.</param>
    /// <param name="options">How to compute it; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no hypotheses, or not as many references; or a sentence is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <example>
    /// <code>
    /// string[][] hypotheses = [["two", "dogs", "play"]], references = [["two", "dogs", "are", "playing"]];
    /// var bleu = TextMetrics.BleuOfTokens(hypotheses, references);
    /// </code>
    /// </example>
    public static BleuScore BleuOfTokens(
        IReadOnlyList<IReadOnlyList<string>> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, BleuOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        options = (options ?? new BleuOptions()) with { Tokenization = BleuTokenization.None };
        return Score(hypotheses.Count, 1, _ => references.Count, options, (i, k) =>
        {
            var tokens = (k < 0 ? hypotheses[i] : references[i]) ?? throw new ArgumentException(
                $"The {(k < 0 ? "hypothesis" : "reference")} of sentence {i} is null.", k < 0 ? nameof(hypotheses) : nameof(references));
            return options.Lowercase ? [.. tokens.Select(token => token.ToLowerInvariant())] : tokens;
        });
    }

    /// <summary>BLEU of one column of data against another, a sentence a row.</summary>
    /// <param name="data">The data.</param>
    /// <param name="hypothesisColumnName">The column of the texts: text, or a vector of text with one a token, which is then taken as it is.</param>
    /// <param name="referenceColumnName">The column of what they should be: likewise.</param>
    /// <param name="options">How to compute it; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or an option is out of its range.</exception>
    /// <exception cref="ArgumentException">The data has no rows.</exception>
    /// <example>
    /// <code>
    /// var bleu = TextMetrics.Bleu(translated, "Translation", "Target");
    /// Console.WriteLine($"{bleu.Score:F1} ({bleu.Signature})");
    /// </code>
    /// </example>
    public static BleuScore Bleu(IDataView data, string hypothesisColumnName, string referenceColumnName, BleuOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (hypothesis, reference) = (Find(data, hypothesisColumnName), Find(data, referenceColumnName));
        if (hypothesis.Type is VectorDataViewType != reference.Type is VectorDataViewType)
        {
            throw new ArgumentOutOfRangeException(nameof(data),
                $"The column '{hypothesisColumnName}' is {hypothesis.Type} and '{referenceColumnName}' {reference.Type}; both must be text, or both tokens.");
        }
        return hypothesis.Type is VectorDataViewType
            ? BleuOfTokens(
                [.. data.GetColumn<string[]>(hypothesis)],
                [.. data.GetColumn<string[]>(reference)], options)
            : Bleu([.. data.GetColumn<string>(hypothesis).Select(text => text ?? "")], [.. data.GetColumn<string>(reference).Select(text => text ?? "")], options);
    }

    private static DataViewSchema.Column Find(IDataView data, string name)
        => data.Schema.GetColumnOrNull(name) is { } column && (column.Type is TextDataViewType || column.Type is VectorDataViewType { ItemType: TextDataViewType })
            ? column
            : throw new ArgumentOutOfRangeException(nameof(data), $"The data has no column '{name}' that is text, or a vector of text.");

    /// <param name="count">Sentences.</param>
    /// <param name="referenceCount">Lists of references.</param>
    /// <param name="countOf">How many a list has.</param>
    /// <param name="options">How to compute it.</param>
    /// <param name="cut">The tokens of a sentence in a list of references, or, in list -1, of its hypothesis.</param>
    private static BleuScore Score(int count, int referenceCount, Func<int, int> countOf, BleuOptions? options, Func<int, int, IReadOnlyList<string>> cut)
    {
        options ??= new BleuOptions();
        options.Validate();
        if (count == 0 || referenceCount == 0)
            throw new ArgumentException($"There are {count} hypotheses and {referenceCount} lists of references; there must be at least one of both.");
        for (var k = 0; k < referenceCount; k++)
        {
            if (countOf(k) != count)
                throw new ArgumentException($"There are {count} hypotheses, and {countOf(k)} references in list {k}; there must be one for each.");
        }
        var tally = new BleuTally(options, referenceCount);
        for (var i = 0; i < count; i++)
            tally.Add(cut(i, -1), [.. Enumerable.Range(0, referenceCount).Select(k => cut(i, k))]);
        return tally.Score();
    }
}
