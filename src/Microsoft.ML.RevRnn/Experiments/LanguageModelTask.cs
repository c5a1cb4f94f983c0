using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.LanguageModels;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An experiment on language models.</summary>
/// <param name="env">The environment.</param>
/// <param name="template">The options that are not searched.</param>
/// <param name="metric">What is optimised.</param>
internal sealed class LanguageModelTask(IHostEnvironment env, RevLanguageModelOptions template, LanguageModelMetric metric)
    : ExperimentTask<LanguageModelMetrics>(env, template)
{
    private IDataView _training = null!;
    private IDataView _validation = null!;
    private long _characters;

    public override string MetricName => metric.ToString();

    public override int Epochs
    {
        get
        {
            var (model, sequences) = (((RevLanguageModelOptions)Template).Model, Rows(Template).Training.Sequences);
            return model.Layout == TextLayout.Documents
                ? Template.Training.EpochsFor(sequences.Count)
                : Template.Training.EpochsForStreams((int)Math.Min(int.MaxValue, sequences.Sum(sequence => sequence.Length + 1L)), model.WindowLength);
        }
    }

    public override bool IsMaximizing => false;

    public override void Prepare(IDataView training, IDataView? validation, double fraction, int seed, CancellationToken cancellationToken)
    {
        (_training, _validation) = (training, validation!);
        if (validation == null)
        {
            var split = Tools.Data.TrainTestSplit(training, fraction, seed: seed);
            (_training, _validation) = (split.TrainSet, split.TestSet);
        }
        var options = Template.Copy();
        options.CancellationToken = cancellationToken;
        var rows = Rows(options);
        (TrainingRowCount, ValidationRowCount) = (rows.Training.Sequences.Count, rows.HeldBack!.Count);
        var columns = InputSchema.FindSequence(Env, _validation.Schema, template.SequenceColumnNames, rows.Training.Tokenization);
        using var cursor = new InterruptibleView(_validation, cancellationToken).GetRowCursor(columns);
        var count = rows.Training.Tokenization.CreateCharacterCounter(cursor, columns);
        while (cursor.MoveNext())
            _characters += count();
    }

    public override void WriteIdentity(BinaryWriter writer)
    {
        var rows = Rows(Template);
        writer.Write(ValidationRowCount);
        foreach (var sequence in rows.Training.Sequences.Concat(rows.HeldBack!))
        {
            writer.Write(sequence.Length);
            writer.Write(MemoryMarshal.AsBytes<int>(sequence));
        }
    }

    public override TrialData DataOf(RevRnnOptions options)
    {
        var rows = Rows(options).Training;
        var model = ((RevLanguageModelOptions)options).Model;
        var longest = 1 + rows.Sequences.Max(sequence => sequence.Length);
        // Windows of random lengths are up to twice as long.
        var window = model.Layout == TextLayout.Documents ? longest : model.VariesWindowLength ? 2 * model.WindowLength : model.WindowLength;
        return new TrialData(rows.Fitted(options.Network), rows.Tokenization.VocabularySize, 0, window, rows.Sequences.Sum(sequence => sequence.Length + 1L));
    }

    public override TrialOutcome<LanguageModelMetrics> Run(RevRnnOptions options, CancellationToken cancellationToken)
    {
        var model = Estimator(options, Cache).Fit(_training, _validation);
        var heldBack = Rows(options).HeldBack!;
        var scores = new SequenceScore[heldBack.Count];
        InParallel(scores.Length, options, cancellationToken, i => scores[i] = model.Model.Score(heldBack[i]));
        var metrics = new LanguageModelMetrics(scores.Sum(score => score.LogLikelihood), scores.Sum(score => score.TokenCount), _characters);
        return new(model, model.Report, metrics, Loss(metrics));
    }

    public override TrialOutcome<LanguageModelMetrics> RunRival(IEstimator<ITransformer> pipeline, CancellationToken cancellationToken)
        => throw new NotSupportedException("Language models have no rivals.");

    public override (ITransformer Model, TrainingReport Report) Refit(RevRnnOptions options, float networkShare, float nGramShare)
    {
        var copy = options.Copy();
        copy.Training = copy.Training with { ValidationFraction = 0 };
        var model = Estimator(copy, Cache.OfAll(networkShare, nGramShare)).Fit(_training, _validation);
        return (model, model.Report!);
    }

    public override IEstimator<ITransformer> Estimator(RevRnnOptions options) => new RevLanguageModelEstimator(Env, (RevLanguageModelOptions)options);

    public override double Metric(LanguageModelMetrics metrics) => metric == LanguageModelMetric.Perplexity ? metrics.Perplexity : Loss(metrics);

    public override JsonNode Write(LanguageModelMetrics metrics) => new JsonObject
    {
        [nameof(metrics.LogLikelihood)] = JsonNumbers.Write(metrics.LogLikelihood),
        [nameof(metrics.TokenCount)] = metrics.TokenCount,
        [nameof(metrics.CharacterCount)] = metrics.CharacterCount,
    };

    public override LanguageModelMetrics Read(JsonNode node) => new(
        JsonNumbers.Read(node[nameof(LanguageModelMetrics.LogLikelihood)]!),
        node[nameof(LanguageModelMetrics.TokenCount)]!.GetValue<long>(),
        node[nameof(LanguageModelMetrics.CharacterCount)]!.GetValue<long>());

    private static double Loss(LanguageModelMetrics metrics) => metrics.CharacterCount == 0 ? metrics.Perplexity : metrics.BitsPerCharacter;

    private LanguageModelRows Rows(RevRnnOptions options) => Estimator(options, Cache).Read(_training, _validation);

    private RevLanguageModelEstimator Estimator(RevRnnOptions options, RowCache cache) => new(Env, OnKnownRows<RevLanguageModelOptions>(options, cache));
}
