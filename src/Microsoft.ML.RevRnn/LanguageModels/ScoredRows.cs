using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Binding;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>What an evaluation adds up, as columns of a view, so that the processors share the rows, and they are added up in order all the same.</summary>
internal static class ScoredRows
{
    /// <summary>log p, in nats; predictions; characters.</summary>
    public static IEnumerable<DataViewSchema.DetachedColumn> Columns =>
    [
        new("LogLikelihood", NumberDataViewType.Double),
        new("TokenCount", NumberDataViewType.Int64),
        new("CharacterCount", NumberDataViewType.Int32),
    ];

    /// <summary>The columns' ValueGetters.</summary>
    /// <param name="result">The scores of the row's current value.</param>
    /// <param name="countCharacters">Counts its characters.</param>
    public static Delegate[] CreateGetters(RowResult<SequenceScore> result, Func<int> countCharacters)
    {
        ValueGetter<double> logLikelihood = (ref double value) => value = result.Value.LogLikelihood;
        ValueGetter<long> tokenCount = (ref long value) => value = result.Value.TokenCount;
        ValueGetter<int> characterCount = (ref int value) => value = countCharacters();
        return [logLikelihood, tokenCount, characterCount];
    }

    /// <summary>The sums over all rows of a view whose last columns these are; null where it has no rows.</summary>
    public static LanguageModelMetrics? Sum(IDataView view)
    {
        DataViewSchema.Column[] columns = [view.Schema[^3], view.Schema[^2], view.Schema[^1]];
        using var cursor = view.GetRowCursor(columns);
        var getLogLikelihood = cursor.GetGetter<double>(columns[0]);
        var getTokenCount = cursor.GetGetter<long>(columns[1]);
        var getCharacterCount = cursor.GetGetter<int>(columns[2]);
        var (logLikelihood, logLikelihoods) = (0.0, 0.0);
        var (tokenCount, tokenCounts) = (0L, 0L);
        var (characterCount, characterCounts) = (0, 0L);
        while (cursor.MoveNext())
        {
            getLogLikelihood(ref logLikelihood);
            getTokenCount(ref tokenCount);
            getCharacterCount(ref characterCount);
            logLikelihoods += logLikelihood;
            tokenCounts += tokenCount;
            characterCounts += characterCount;
        }
        // Every row has a prediction at least, that of its end.
        return tokenCounts == 0 ? null : new LanguageModelMetrics(logLikelihoods, tokenCounts, characterCounts);
    }
}
