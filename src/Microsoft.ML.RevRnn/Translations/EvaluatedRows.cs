using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Binding;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>What an evaluation adds up, as columns of a view, so that the processors share the rows, and they are added up in order all the same.</summary>
internal static class EvaluatedRows
{
    /// <summary>Translation and target, as text or as keys written as text with spaces between; log p of the target, predictions, and how many of them are right.</summary>
    public static IEnumerable<DataViewSchema.DetachedColumn> Columns =>
    [
        new("Translation", TextDataViewType.Instance),
        new("Target", TextDataViewType.Instance),
        new("LogLikelihood", NumberDataViewType.Double),
        new("TokenCount", NumberDataViewType.Int64),
        new("Correct", NumberDataViewType.Int64),
    ];

    /// <summary>The columns' ValueGetters.</summary>
    /// <param name="row">What they follow.</param>
    /// <param name="sides">The columns of source and target.</param>
    /// <param name="translator">Translates.</param>
    /// <param name="decoding">How.</param>
    public static Delegate[] CreateGetters(
        DataViewRow row, (DataViewSchema.Column Source, DataViewSchema.Column Target) sides, Translator translator, DecodingOptions decoding)
    {
        var readSource = SideValue.CreateReader(row, sides.Source);
        var readTarget = SideValue.CreateReader(row, sides.Target);
        var result = new RowResult<(string Translation, string Target, TranslationScore Score)>(row, () =>
        {
            var (source, target) = (readSource(), readTarget());
            var translation = translator.Translate(source, decoding);
            return (
                translator.Output(source, translation),
                Translator.Output(target),
                translator.Score(source, target));
        });
        ValueGetter<ReadOnlyMemory<char>> translated = (ref ReadOnlyMemory<char> value) => value = result.Value.Translation.AsMemory();
        ValueGetter<ReadOnlyMemory<char>> targets = (ref ReadOnlyMemory<char> value) => value = result.Value.Target.AsMemory();
        ValueGetter<double> logLikelihood = (ref double value) => value = result.Value.Score.Likelihood.LogLikelihood;
        ValueGetter<long> tokenCount = (ref long value) => value = result.Value.Score.Likelihood.TokenCount;
        ValueGetter<long> correct = (ref long value) => value = result.Value.Score.Correct;
        return [translated, targets, logLikelihood, tokenCount, correct];
    }

    /// <summary>The metrics of all rows of a view whose last columns these are; null where it has no rows.</summary>
    /// <param name="view">The view.</param>
    /// <param name="bleu">How BLEU is computed.</param>
    public static TranslationMetrics? Sum(IDataView view, BleuOptions bleu)
    {
        DataViewSchema.Column[] columns = [view.Schema[^5], view.Schema[^4], view.Schema[^3], view.Schema[^2], view.Schema[^1]];
        using var cursor = view.GetRowCursor(columns);
        var getTranslation = cursor.GetGetter<ReadOnlyMemory<char>>(columns[0]);
        var getTarget = cursor.GetGetter<ReadOnlyMemory<char>>(columns[1]);
        var getLogLikelihood = cursor.GetGetter<double>(columns[2]);
        var getTokenCount = cursor.GetGetter<long>(columns[3]);
        var getCorrect = cursor.GetGetter<long>(columns[4]);
        var (translations, targets) = (new List<string>(), new List<string>());
        var (translation, target) = (default(ReadOnlyMemory<char>), default(ReadOnlyMemory<char>));
        var (logLikelihood, tokenCount, correct) = (0.0, 0L, 0L);
        var score = default(TranslationScore);
        while (cursor.MoveNext())
        {
            getTranslation(ref translation);
            getTarget(ref target);
            getLogLikelihood(ref logLikelihood);
            getTokenCount(ref tokenCount);
            getCorrect(ref correct);
            translations.Add(translation.ToString());
            targets.Add(target.ToString());
            score += new TranslationScore(new SequenceScore(logLikelihood, tokenCount), correct);
        }
        return translations.Count == 0 ? null : Create(translations, targets, score, bleu);
    }

    private static TranslationMetrics Create(List<string> translations, List<string> targets, TranslationScore score, BleuOptions bleu) => new()
    {
        Bleu = TextMetrics.Bleu(translations, targets, bleu),
        ExactMatch = translations.Zip(targets).Count(row => row.First.AsSpan().Trim().SequenceEqual(row.Second.AsSpan().Trim())) / (double)translations.Count,
        LogLikelihood = score.Likelihood.LogLikelihood,
        TokenCount = score.Likelihood.TokenCount,
        TokenAccuracy = (double)score.Correct / score.Likelihood.TokenCount,
        RowCount = translations.Count,
    };
}
