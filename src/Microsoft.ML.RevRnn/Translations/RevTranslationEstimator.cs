using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Translations;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Trains a translation model of pairs of texts or token sequences of any length: an encoder that reads a source, and a decoder with attention that writes its target. What is
/// a translation is up to the data: another language, a date in its canonical form, a spelling that is right.
/// </summary>
/// <remarks>
/// Input: two columns of text, or of a vector of Key&lt;UInt32&gt; with one key a token. Output: the translation, text or keys as the target is, log p of it a token (Single), and
/// its alignment (a vector of Int32) if a column is named for it. Made by <c>mlContext.Transforms.Text.RevTranslation</c>.
/// </remarks>
public sealed class RevTranslationEstimator : RevRnnEstimatorBase<RevTranslationOptions, RevTranslationTransformer>
{
    private const string Training = "train";
    private const string Validation = "validate";

    private readonly TranslationColumns _columns;

    internal RevTranslationEstimator(IHostEnvironment env, RevTranslationOptions options)
        : base(env, options, cell: null)
    {
        _columns = new TranslationColumns(
            ReadColumns.Of(Options.SequenceColumnNames), Options.TargetColumnName, Options.OutputColumnName, Options.ScoreColumnName, Options.AlignmentColumnName);
    }

    private protected override void CheckSequence(SchemaShape inputSchema) => InputSchema.CheckSide(Host, inputSchema, "source", Options.SourceColumnName);

    private protected override SchemaShape.Column[] AddedColumns(SchemaShape inputSchema)
        => TranslationSchema.Shapes(_columns, InputSchema.CheckSide(Host, inputSchema, "target", Options.TargetColumnName));

    private protected override RevTranslationTransformer Train(IDataView input, IDataView? validation, RevTranslationTransformer? previous, IChannel channel)
    {
        var rows = TranslationRows.Read(input, Sides(input, previous?.Translator.Tokens), previous?.Translator.Tokens, Options, Training, channel);
        var heldBack = validation == null
            ? null
            : TranslationRows.Read(validation, Sides(validation, rows.Tokens), rows.Tokens, Options, Validation, channel);
        var result = Run(rows.Sources, previous?.Network ?? Options.Network, channel, (training, progress) =>
        {
            var split = Options.SelectsByBleu ? rows.Split(heldBack, training) : (Training: rows, HeldBack: heldBack);
            var metric = Options.SelectsByBleu ? new BleuMetric(split.HeldBack!, Options) : null;
            return Train(split.Training, split.HeldBack, metric, previous?.Model, training, progress);
        });
        return new RevTranslationTransformer(Host, _columns, Translator(result.Model, rows.Tokens), Options.Decoding, result.Report);
    }

    private TrainingResult<TranslationModel> Train(
        TranslationRows rows,
        TranslationRows? heldBack,
        BleuMetric? metric,
        TranslationModel? previous,
        TrainingOptions training,
        IProgress<TrainingProgress> progress)
    {
        var validation = heldBack == null ? ((IReadOnlyList<int[]>, IReadOnlyList<int[]>)?)null : (heldBack.Sources.Sequences, heldBack.Targets);
        Func<TranslationModel, CancellationToken, double>? measure = metric == null ? null : metric.Measure;
        var listener = EpochListener(rows.Tokens);
        return previous == null
            ? TranslationModel.Train(
                rows.Sources.Sequences,
                rows.Targets,
                rows.Tokens.Source.VocabularySize,
                rows.Tokens.Target.VocabularySize,
                Options.Network,
                Options.Model,
                training,
                validation,
                measure,
                progress,
                listener,
                Options.CancellationToken)
            : previous.ContinueTraining(
                rows.Sources.Sequences, rows.Targets, Options.Model, training, validation, measure, progress, listener, Options.CancellationToken);
    }

    /// <summary>The columns of source and target, of the types that tokens have if there are any yet.</summary>
    private (DataViewSchema.Column Source, DataViewSchema.Column Target) Sides(IDataView data, TranslationTokens? tokens) => tokens == null
        ? (data.Schema[Options.SourceColumnName], data.Schema[Options.TargetColumnName])
        : (InputSchema.FindSide(Host, data.Schema, "source", Options.SourceColumnName, tokens.Source),
            InputSchema.FindSide(Host, data.Schema, "target", Options.TargetColumnName, tokens.Target));

    private Action<EpochReport, TranslationModel>? EpochListener(TranslationTokens tokens) => Options.EpochEnded is { } ended
        ? (epoch, model) => ended(epoch, new RevTranslationTransformer(Host, _columns, Translator(model, tokens), Options.Decoding, report: null))
        : null;

    private Translator Translator(TranslationModel model, TranslationTokens tokens) => new(model, tokens, Options.CopiesUnknown);
}
