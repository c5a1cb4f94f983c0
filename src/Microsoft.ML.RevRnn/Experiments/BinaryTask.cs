using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An experiment on what is true of texts and what is not.</summary>
/// <param name="env">The environment.</param>
/// <param name="template">The options that are not searched.</param>
/// <param name="metric">What is optimised.</param>
internal sealed class BinaryTask(IHostEnvironment env, RevRnnBinaryClassificationOptions template, BinaryClassificationMetric metric)
    : LabelTask<bool, BinaryClassificationMetrics>(env, template)
{
    public override string MetricName => metric.ToString();

    public override bool IsMaximizing => true;

    protected override int Outcomes => 1;

    public override TrialOutcome<BinaryClassificationMetrics> Run(RevRnnOptions options, CancellationToken cancellationToken)
    {
        var model = Trainer(options).Fit(Training, Validation);
        var classifier = model.Classifier;
        var scored = ScoreValidation(options, cancellationToken, (tokens, features, nGrams, label) =>
        {
            var score = new float[1];
            classifier.Score(tokens, features, score, nGrams);
            var row = new ScoredFlag { Label = label, Score = score[0], PredictedLabel = score[0] > 0 };
            classifier.Predict(tokens, features, score, nGrams);
            row.Probability = score[0];
            return row;
        });
        var schema = SchemaDefinition.Create(typeof(ScoredFlag));
        schema[nameof(ScoredFlag.Label)].ColumnName = LabelColumnName;
        schema[nameof(ScoredFlag.Score)].ColumnName = template.ScoreColumnName;
        schema[nameof(ScoredFlag.Probability)].ColumnName = template.ProbabilityColumnName;
        schema[nameof(ScoredFlag.PredictedLabel)].ColumnName = template.PredictedLabelColumnName;
        return new(Complete(model), model.Report, Evaluate(Tools.Data.LoadFromEnumerable(scored, schema)), classifier.HeldBackLoss ?? double.NaN, classifier.NetworkShare, classifier.NGramShare);
    }

    public override (ITransformer Model, TrainingReport Report) Refit(RevRnnOptions options, float networkShare, float nGramShare)
    {
        var model = Trainer(options, Cache.OfAll(networkShare, nGramShare)).Fit(Training, Validation);
        return (Complete(model), model.Report!);
    }

    public override IEstimator<ITransformer> Estimator(RevRnnOptions options)
        => Complete(new RevRnnBinaryClassificationTrainer(Env, options.Network.Cell, (RevRnnBinaryClassificationOptions)options));

    public override double Metric(BinaryClassificationMetrics metrics) => metric switch
    {
        BinaryClassificationMetric.AreaUnderRocCurve => metrics.AreaUnderRocCurve,
        BinaryClassificationMetric.AreaUnderPrecisionRecallCurve => metrics.AreaUnderPrecisionRecallCurve,
        BinaryClassificationMetric.F1Score => metrics.F1Score,
        BinaryClassificationMetric.PositivePrecision => metrics.PositivePrecision,
        BinaryClassificationMetric.PositiveRecall => metrics.PositiveRecall,
        BinaryClassificationMetric.NegativePrecision => metrics.NegativePrecision,
        BinaryClassificationMetric.NegativeRecall => metrics.NegativeRecall,
        _ => metrics.Accuracy,
    };

    public override JsonNode Write(BinaryClassificationMetrics metrics) => new JsonObject
    {
        [nameof(metrics.AreaUnderRocCurve)] = JsonNumbers.Write(metrics.AreaUnderRocCurve),
        [nameof(metrics.Accuracy)] = JsonNumbers.Write(metrics.Accuracy),
        [nameof(metrics.PositivePrecision)] = JsonNumbers.Write(metrics.PositivePrecision),
        [nameof(metrics.PositiveRecall)] = JsonNumbers.Write(metrics.PositiveRecall),
        [nameof(metrics.NegativePrecision)] = JsonNumbers.Write(metrics.NegativePrecision),
        [nameof(metrics.NegativeRecall)] = JsonNumbers.Write(metrics.NegativeRecall),
        [nameof(metrics.F1Score)] = JsonNumbers.Write(metrics.F1Score),
        [nameof(metrics.AreaUnderPrecisionRecallCurve)] = JsonNumbers.Write(metrics.AreaUnderPrecisionRecallCurve),
        [nameof(metrics.ConfusionMatrix)] = JsonNumbers.Write(metrics.ConfusionMatrix),
    };

    public override BinaryClassificationMetrics Read(JsonNode node)
    {
        return new BinaryClassificationMetrics(
            Of(nameof(BinaryClassificationMetrics.AreaUnderRocCurve)),
            Of(nameof(BinaryClassificationMetrics.Accuracy)),
            Of(nameof(BinaryClassificationMetrics.PositivePrecision)),
            Of(nameof(BinaryClassificationMetrics.PositiveRecall)),
            Of(nameof(BinaryClassificationMetrics.NegativePrecision)),
            Of(nameof(BinaryClassificationMetrics.NegativeRecall)),
            Of(nameof(BinaryClassificationMetrics.F1Score)),
            Of(nameof(BinaryClassificationMetrics.AreaUnderPrecisionRecallCurve)),
            JsonNumbers.ReadMatrix(node[nameof(BinaryClassificationMetrics.ConfusionMatrix)]!, Env.Register(nameof(BinaryTask)), isBinary: true, ["positive", "negative"]));

        double Of(string name) => JsonNumbers.Read(node[name]!);
    }

    protected override LabelledRows<bool> Rows(RevRnnOptions options) => Trainer(options).Read(Training, Validation);

    protected override BinaryClassificationMetrics Evaluate(IDataView scored)
    {
        // A rival need not have probabilities.
        BinaryClassificationMetrics metrics = scored.Schema.GetColumnOrNull(template.ProbabilityColumnName) == null
            ? Tools.BinaryClassification.EvaluateNonCalibrated(scored, LabelColumnName, template.ScoreColumnName, template.PredictedLabelColumnName)
            : Tools.BinaryClassification.Evaluate(scored, LabelColumnName, template.ScoreColumnName, template.ProbabilityColumnName, template.PredictedLabelColumnName);
        // Written and read, so that it is the same after a resumption.
        return Read(Write(metrics));
    }

    private RevRnnBinaryClassificationTrainer Trainer(RevRnnOptions options, RowCache? cache = null)
        => new(Env, options.Network.Cell, OnKnownRows<RevRnnBinaryClassificationOptions>(options, cache));
}
