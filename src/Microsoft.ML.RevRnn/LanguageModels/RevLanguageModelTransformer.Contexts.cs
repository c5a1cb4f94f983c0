using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.LanguageModels;

namespace Microsoft.ML.RevRnn;

/// <content>Models that are told of each text what it is about.</content>
public sealed partial class RevLanguageModelTransformer
{
    /// <summary>The column of what the model is told of each text; null for none.</summary>
    public string? ContextColumnName => ContextColumn?.Name;

    /// <summary>The labels of the context column, or what its keys are called; empty of vectors and where there is no such column.</summary>
    public IReadOnlyList<string> ContextLabels => ContextColumn?.Labels ?? [];

    /// <summary>Where the context enters the network; null for none.</summary>
    public ContextUse? ContextUse => _model.ContextUse;

    internal ContextColumn? ContextColumn { get; }

    /// <summary>The model, told what a text is about by a label of the context column, or by what its key is called.</summary>
    /// <exception cref="ArgumentException">There is no such label.</exception>
    /// <exception cref="InvalidOperationException">The model has no context column.</exception>
    /// <example>
    /// <code>
    /// foreach (var piece in model.Given("positive").Generate())
    ///     Console.Write(piece);
    /// </code>
    /// </example>
    public RevConditionedLanguageModel Given(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return new(_model, RequireTokenizer, RequireContext().Of(label));
    }

    /// <summary>The model, told what a text is about by as many numbers as the context column has, or by the weights of its labels.</summary>
    /// <exception cref="ArgumentException">There are more or less numbers, or they are not finite.</exception>
    /// <exception cref="InvalidOperationException">The model has no context column.</exception>
    public RevConditionedLanguageModel Given(ReadOnlySpan<float> context)
    {
        RequireContext();
        return new(_model, RequireTokenizer, _model.CreateSession(cache: null, context).Context.ToArray());
    }

    /// <summary>
    /// The labels of the context column by p(label | text), the most probable first: a classifier of likelihood ratios, by Bayes' rule from p(text | label), all labels being as likely
    /// before the text is seen. It reads the text once for each label.
    /// </summary>
    /// <param name="text">The text. What the model does not know is read as unknown.</param>
    /// <exception cref="InvalidOperationException">The model is of key vectors, or has no context column, or one of vectors.</exception>
    public IReadOnlyList<ContextProbability> RankContexts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var column = RequireContext();
        if (column.Kind == ContextKind.Vector)
            throw Host.Process(new InvalidOperationException($"The context column '{column.Name}' has vectors and no labels to rank."));
        var values = _model.LogLikelihoods(RequireTokenizer().Encode(text), [.. Enumerable.Range(0, column.Size).Select(column.OfPlace)]);
        var largest = values.Max();
        double[] shares = [.. values.Select(value => Math.Exp(value - largest))];
        return [.. values.Select((value, place) => new ContextProbability(column.Labels[place], (float)(shares[place] / shares.Sum()), value))
            .OrderByDescending(label => label.LogLikelihood)];
    }

    private protected override IReadOnlyList<DataViewSchema.Column> FindOthers(DataViewSchema inputSchema)
        => ContextColumn == null ? [] : [ContextColumn.Find(inputSchema, Host)];

    /// <summary>Whether texts are scored side by side: where each score depends on nothing but the tokens.</summary>
    private bool ScoresSideBySide(CacheOptions? cache) => ContextColumn == null && cache == null;

    /// <summary>Scores of a row's text.</summary>
    private RowResult<SequenceScore> Scores(DataViewRow row, Func<int[]> tokens, CacheOptions? cache = null)
        => ScoresSideBySide(cache)
            ? WindowResults.Create(row, tokens, tokens, text => _model.Score(text), _model.ScoreMany)
            : new RowResult<SequenceScore>(row, Scorer(row, tokens, cache));

    private Func<SequenceScore> Scorer(DataViewRow row, Func<int[]> tokens, CacheOptions? cache)
    {
        if (ContextColumn is not { } column)
            return () => _model.Score(tokens(), cache);
        var read = column.CreateReader(row, column.Find(row.Schema, Host), column.Of, context => context, Host);
        return () => _model.Score(tokens(), cache, read() ?? throw Host.Process(new InvalidOperationException(
            $"Row {row.Position} has no value in the context column '{column.Name}', so the model is not told what the text is about.")));
    }

    /// <param name="what">What cannot be done.</param>
    /// <exception cref="InvalidOperationException">The model is given a context with each text.</exception>
    private void RequireNoContext(string what)
    {
        if (ContextColumn != null)
        {
            throw Host.Process(new InvalidOperationException(
                $"The model is told of each text what it is about, by the column '{ContextColumn.Name}'; {what}."));
        }
    }

    private ContextColumn RequireContext() => ContextColumn ?? throw Host.Process(new InvalidOperationException(
        $"The model was trained without a context column; name one in {nameof(RevLanguageModelOptions)}.{nameof(RevLanguageModelOptions.ContextColumnName)}."));
}
