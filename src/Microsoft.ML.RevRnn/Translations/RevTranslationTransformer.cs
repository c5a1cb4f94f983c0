using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.RevRnn.Translations;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevTranslationTransformer), null, typeof(SignatureLoadModel),
    "RevRNN translation", RevTranslationTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained translation model. As a transformer it reads the source column alone and adds the translation, log p of it a token, and, if it was asked for, its alignment.
/// It also translates texts by themselves. Made by <see cref="RevTranslationEstimator"/>.
/// </summary>
/// <remarks>
/// The same source has the same translation, whatever other rows there are and however many threads. Of an empty source, or one of white space, the translation is
/// empty. A model of which a side is key vectors has no text there: what is about text then throws <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed class RevTranslationTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnTranslation";

    private static readonly VersionInfo _version = Payload.Version("REVRNNTR", LoaderSignature);

    private readonly TranslationColumns _columns;
    private readonly Translator _translator;

    internal RevTranslationTransformer(IHost host, TranslationColumns columns, Translator translator, DecodingOptions decoding, TrainingReport? report)
        : base(host, columns.Input, translator.Tokens.Source, report)
    {
        _columns = columns;
        _translator = translator;
        Decoding = decoding;
    }

    /// <summary>The column that is translated.</summary>
    public string SourceColumnName => _columns.Source;

    /// <summary>The column of what should come out, which <see cref="Evaluate"/> reads.</summary>
    public string TargetColumnName => _columns.Target;

    /// <summary>The column that is added with the translation: text, or a vector of the target's keys.</summary>
    public string OutputColumnName => _columns.Translation;

    /// <summary>The column that is added with log p of the translation a token, its end included, in nats: Single.</summary>
    public string ScoreColumnName => _columns.Score;

    /// <summary>The column that is added with the alignment: a vector of Int32, the source's token of each of the translation's; null for none.</summary>
    public string? AlignmentColumnName => _columns.Alignment;

    /// <summary>How translations are searched.</summary>
    public DecodingOptions Decoding { get; }

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => Model.ParameterCount;

    /// <summary>Attention, and whether source and target have one vocabulary.</summary>
    public TranslationOptions TranslationOptions => Model.Options;

    /// <inheritdoc/>
    public override WeightPrecision WeightPrecision => Model.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => Model.Network;

    internal TranslationModel Model => _translator.Model;

    internal Translator Translator => _translator;

    internal Tokenization TargetTokenization => _translator.Tokens.Target;

    /// <summary>Whether both sides are text.</summary>
    internal bool IsOfText => Tokenization.Tokenizer != null && TargetTokenization.Tokenizer != null;

    /// <inheritdoc/>
    public override RevTranslationTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, _columns, new Translator(Model.WithWeights(precision), _translator.Tokens, _translator.CopiesUnknown), Decoding, Report) { Shrinking = Shrinking };

    private protected override VersionInfo Version => _version;

    /// <summary>The same model with another search.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RevTranslationTransformer WithDecoding(DecodingOptions decoding)
    {
        ArgumentNullException.ThrowIfNull(decoding);
        decoding.Validate();
        return new(Host, _columns, _translator, decoding, Report);
    }

    /// <summary>Translates a text.</summary>
    /// <param name="source">The text.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">A side of the model is key vectors.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string Translate(string source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireText();
        var value = new SideValue(source, null);
        return _translator.Text(value, _translator.Translate(value, Decoding, cancellationToken));
    }

    /// <summary>The best translations of a text that the search finds, best first, with how they came about.</summary>
    /// <param name="source">The text.</param>
    /// <param name="count">How many, 1 to 1,000; the beam is as wide at least. There may be fewer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of its range.</exception>
    /// <exception cref="InvalidOperationException">A side of the model is key vectors.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<TranslatedText> TranslateBest(string source, int count = 5, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        RequireText();
        var translations = _translator.TranslateBest(new SideValue(source, null), count, Decoding, cancellationToken);
        return Array.ConvertAll(translations, translation => _translator.WithPieces(source, translation));
    }

    /// <summary>
    /// Translates a text piece by piece, each as soon as it is known, with the most likely token each time, whatever <see cref="Decoding"/> says of beams. Each
    /// enumeration begins anew and gives the same text.
    /// </summary>
    /// <param name="source">The text.</param>
    /// <param name="cancellationToken">Ends it before the next piece.</param>
    /// <exception cref="InvalidOperationException">A side of the model is key vectors.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; thrown by the enumeration.</exception>
    public IEnumerable<string> Stream(string source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireText();
        return _translator.Stream(source, Decoding.MaximumLength, cancellationToken);
    }

    /// <summary>
    /// How well the model translates data that have the target column too. The processors share the rows; the sums are taken in their order, so that they do not depend on
    /// how many processors there are. Rows of which a side is empty count too.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="bleu">How BLEU is computed, of texts; null for the defaults. Of keys each is a token.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type than in training.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TranslationMetrics Evaluate(IDataView data, BleuOptions? bleu = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        var byDefault = _translator.BleuOptions;
        bleu = bleu == null || TargetTokenization.Tokenizer != null ? bleu ?? byDefault : bleu with { Tokenization = byDefault.Tokenization };
        bleu.Validate();
        var target = InputSchema.FindSide(Host, data.Schema, "target", TargetColumnName, TargetTokenization);
        var source = InputSchema.FindSide(Host, data.Schema, "source", SourceColumnName, Tokenization);
        var pairs = SideValue.ReadPairs(data, source, target, cancellationToken);
        return pairs.Count > 0
            ? new EvaluatedPairs(_translator, pairs, cancellationToken).Evaluate(Decoding, bleu)
            : throw Host.Process(new InvalidOperationException($"The data has no rows, so there is nothing in column '{SourceColumnName}' to evaluate."));
    }

    /// <summary>The translation of a text, null being empty, with its alignment.</summary>
    internal TranslatedText BestOf(string? source)
    {
        RequireText();
        var value = new SideValue(source ?? "", null);
        return _translator.WithPieces(source ?? "", _translator.Translate(value, Decoding));
    }

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => TranslationSchema.Columns(_columns, _translator.Tokens);

    private protected override bool ReadsAhead => true;

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var readSource = SideValue.CreateReader(row, row.Schema[SourceColumnName]);
        var result = WindowResults.Create<SideValue, (SideValue Source, Translation Translation)>(
            row, readSource, readSource, source => (source, _translator.Translate(source, Decoding)), sources => [.. sources.Zip(_translator.Translate(sources, Decoding))]);
        ValueGetter<float> score = (ref float value) => value = ScoreOf(result.Value.Translation);
        Delegate translation = TargetTokenization.Tokenizer != null ? Texts(result) : new RowResult<uint[]>(row, () => Translator.Keys(result.Value.Translation)).Getter();
        return AlignmentColumnName == null ? [translation, score] : [translation, score, new RowResult<int[]>(row, () => [.. result.Value.Translation.Alignment]).Getter()];
    }

    /// <summary>Writes the names of source, target, translation, score and alignment column.</summary>
    private protected override void SaveColumns(BinaryWriter writer) => _columns.Save(writer);

    /// <summary>Writes the target's tokens, what its keys stand for, decoding, and the model.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        _translator.Tokens.SaveTarget(writer);
        SavedDecoding.Save(writer, Decoding, _translator.CopiesUnknown);
        Model.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevTranslationTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, TranslationColumns.Load, (columns, saved) =>
        {
            var tokens = TranslationTokens.Load(saved.Tokenization, saved.Reader);
            var (decoding, copiesUnknown) = SavedDecoding.Load(saved.Reader);
            var model = TranslationModel.Load(saved.Reader);
            tokens.Source.RequireVocabulary(model.SourceVocabularySize);
            tokens.Target.RequireVocabulary(model.TargetVocabularySize);
            columns.Input.RequireFeatures(0);
            return new RevTranslationTransformer(saved.Host, columns, new Translator(model, tokens, copiesUnknown), decoding, saved.Report);
        });

    /// <summary>log p a prediction; of an empty source there is none, and its translation is certain.</summary>
    private static float ScoreOf(Translation translation)
    {
        var predictions = translation.Tokens.Count + (translation.IsComplete ? 1 : 0);
        return predictions == 0 ? 0 : (float)(translation.LogProbability / predictions);
    }

    private ValueGetter<ReadOnlyMemory<char>> Texts(RowResult<(SideValue Source, Translation Translation)> result)
        => (ref ReadOnlyMemory<char> value) => value = _translator.Text(result.Value.Source, result.Value.Translation).AsMemory();

    private void RequireText()
    {
        if (!IsOfText)
        {
            throw Host.Process(new InvalidOperationException(
                $"The model is of the keys in column '{(Tokenization.Tokenizer == null ? SourceColumnName : TargetColumnName)}', so that side has tokens and no text. " +
                $"{nameof(Transform)} translates rows of keys."));
        }
    }
}
