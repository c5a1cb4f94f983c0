using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Translations;

/// <summary>How both sides of a pair become tokens.</summary>
/// <param name="Source">The source.</param>
/// <param name="Target">The target.</param>
/// <param name="TargetKeys">What the target's keys stand for; null where it is text, or that is not known.</param>
internal sealed record TranslationTokens(Tokenization Source, Tokenization Target, LabelValues? TargetKeys)
{
    /// <summary>Key k is token k + 1; two tokens are no keys.</summary>
    public const int ReservedTokens = 2;

    /// <summary>Learns them.</summary>
    /// <param name="pairs">What of.</param>
    /// <param name="sides">The columns of source and target.</param>
    /// <param name="options">What is a token, and whether both sides share them.</param>
    /// <param name="context">Told of errors.</param>
    /// <exception cref="ArgumentException">They are to be shared, and are text on the one side, or keys of another number.</exception>
    public static TranslationTokens Learn(
        IReadOnlyList<(SideValue Source, SideValue Target)> pairs,
        (DataViewSchema.Column Source, DataViewSchema.Column Target) sides,
        RevTranslationOptions options,
        IExceptionContext context)
    {
        var keys = sides.Target.Type is TextDataViewType
            ? null
            : LabelValues.Of(sides.Target, AnnotationUtils.Kinds.KeyValues, KeyCount(sides.Target, "target", context));
        Tokenization source;
        Tokenization target;
        if (options.Model.SharedVocabulary && sides is { Source.Type: TextDataViewType, Target.Type: TextDataViewType })
        {
            source = target = OfTexts([.. pairs.Select(pair => pair.Source.Text!), .. pairs.Select(pair => pair.Target.Text!)], options.Vocabulary);
        }
        else
        {
            source = Of(sides.Source, "source", () => pairs.Select(pair => pair.Source.Text!), options.Vocabulary);
            target = Of(sides.Target, "target", () => pairs.Select(pair => pair.Target.Text!), options.VocabularyOfTarget);
        }
        if (options.Model.SharedVocabulary && (source.VocabularySize != target.VocabularySize || source.Tokenizer != target.Tokenizer))
        {
            throw context.Process(new ArgumentException(
                $"{nameof(TranslationOptions.SharedVocabulary)} is set, and the source column '{sides.Source.Name}' is {sides.Source.Type}, " +
                $"the target column '{sides.Target.Name}' {sides.Target.Type}; both must be text, or keys of as many values.",
                nameof(TranslationOptions.SharedVocabulary)));
        }
        return new(source, target, keys);

        Tokenization Of(DataViewSchema.Column column, string role, Func<IEnumerable<string>> texts, VocabularyOptions vocabulary) => column.Type is TextDataViewType
            ? OfTexts([.. texts()], vocabulary)
            : new KeyTokenization(KeyCount(column, role, context));

        TextTokenization OfTexts(List<string> texts, VocabularyOptions vocabulary)
            => new(TextTokenizer.Learn(new CancellableTexts(texts, options.CancellationToken), vocabulary));
    }

    private static int KeyCount(DataViewSchema.Column column, string role, IExceptionContext context)
        => InputSchema.KeyCount(context, column, role, 1, KeyTokenization.MaximumKeyCount);

    /// <summary>Writes the target's tokens and what its keys stand for; those of the source are written with every model.</summary>
    public void SaveTarget(BinaryWriter writer)
    {
        Target.Save(writer);
        LabelValues.Save(writer, TargetKeys);
    }

    /// <summary>Reads what <see cref="SaveTarget"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static TranslationTokens Load(Tokenization source, BinaryReader reader)
    {
        var target = Tokenization.Load(reader);
        return new(source, target, LabelValues.Load(reader, target.VocabularySize - ReservedTokens));
    }
}
