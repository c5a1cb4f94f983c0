using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An experiment on the classes of texts.</summary>
/// <param name="env">The environment.</param>
/// <param name="template">The options that are not searched.</param>
/// <param name="metric">What is optimised.</param>
internal sealed class MulticlassTask(IHostEnvironment env, RevRnnClassificationOptions template, MulticlassClassificationMetric metric)
    : LabelTask<int, MulticlassClassificationMetrics>(env, template)
{
    public override string MetricName => metric.ToString();

    public override bool IsMaximizing => metric != MulticlassClassificationMetric.LogLoss;

    protected override int Outcomes => KnownLabels.Of(Training.Schema[LabelColumnName], Env).Count;

    public override TrialOutcome<MulticlassClassificationMetrics> Run(RevRnnOptions options, CancellationToken cancellationToken)
    {
        var model = Trainer(options).Fit(Training, Validation);
        var classifier = model.Classifier;
        var scored = ScoreValidation(options, cancellationToken, (tokens, features, nGrams, label) =>
        {
            var row = new ScoredClass { Label = (uint)label, Score = new float[classifier.ClassCount] };
            row.PredictedLabel = (uint)classifier.Predict(tokens, features, row.Score, nGrams: nGrams);
            return row;
        });
        return new(Complete(model), model.Report, Evaluate(View(scored)), classifier.HeldBackLoss ?? double.NaN, classifier.NetworkShare, classifier.NGramShare);
    }

    public override (ITransformer Model, TrainingReport Report) Refit(RevRnnOptions options, float networkShare, float nGramShare)
    {
        var model = Trainer(options, Cache.OfAll(networkShare, nGramShare)).Fit(Training, Validation);
        return (Complete(model), model.Report!);
    }

    public override IEstimator<ITransformer> Estimator(RevRnnOptions options)
        => Complete(new RevRnnClassificationTrainer(Env, options.Network.Cell, (RevRnnClassificationOptions)options));

    public override double Metric(MulticlassClassificationMetrics metrics) => metric switch
    {
        MulticlassClassificationMetric.MacroAccuracy => metrics.MacroAccuracy,
        MulticlassClassificationMetric.LogLoss => metrics.LogLoss,
        MulticlassClassificationMetric.LogLossReduction => metrics.LogLossReduction,
        _ => metrics.MicroAccuracy,
    };

    public override JsonNode Write(MulticlassClassificationMetrics metrics) => new JsonObject
    {
        [nameof(metrics.MicroAccuracy)] = JsonNumbers.Write(metrics.MicroAccuracy),
        [nameof(metrics.MacroAccuracy)] = JsonNumbers.Write(metrics.MacroAccuracy),
        [nameof(metrics.LogLoss)] = JsonNumbers.Write(metrics.LogLoss),
        [nameof(metrics.LogLossReduction)] = JsonNumbers.Write(metrics.LogLossReduction),
        [nameof(metrics.PerClassLogLoss)] = JsonNumbers.Write(metrics.PerClassLogLoss),
        [nameof(metrics.ConfusionMatrix)] = JsonNumbers.Write(metrics.ConfusionMatrix),
    };

    public override MulticlassClassificationMetrics Read(JsonNode node) => new(
        JsonNumbers.Read(node[nameof(MulticlassClassificationMetrics.MicroAccuracy)]!),
        JsonNumbers.Read(node[nameof(MulticlassClassificationMetrics.MacroAccuracy)]!),
        JsonNumbers.Read(node[nameof(MulticlassClassificationMetrics.LogLoss)]!),
        JsonNumbers.Read(node[nameof(MulticlassClassificationMetrics.LogLossReduction)]!),
        topKPredictionCount: 0,
        topKAccuracies: [],
        JsonNumbers.ReadArray(node[nameof(MulticlassClassificationMetrics.PerClassLogLoss)]!),
        JsonNumbers.ReadMatrix(node[nameof(MulticlassClassificationMetrics.ConfusionMatrix)]!, Host, isBinary: false, Names));

    protected override IEstimator<ITransformer>? CreateKeys(DataViewSchema schema)
        => schema.GetColumnOrNull(LabelColumnName) is { Type: KeyDataViewType } or null ? null : Tools.Transforms.Conversion.MapValueToKey(LabelColumnName);

    protected override LabelledRows<int> Rows(RevRnnOptions options) => Trainer(options).Read(Training, Validation);

    protected override MulticlassClassificationMetrics Evaluate(IDataView scored)
    {
        var metrics = Tools.MulticlassClassification.Evaluate(
            scored, LabelColumnName, template.ScoreColumnName, template.PredictedLabelColumnName);
        // Written and read, so that it is the same after a resumption.
        return Read(Write(metrics));
    }

    private IHost Host => Env.Register(nameof(MulticlassTask));

    private IReadOnlyList<string> Names => KnownLabels.Of(Training.Schema[LabelColumnName], Env).Names;

    private RevRnnClassificationTrainer Trainer(RevRnnOptions options, RowCache? cache = null)
        => new(Env, options.Network.Cell, OnKnownRows<RevRnnClassificationOptions>(options, cache));

    private IDataView View(ScoredClass[] rows)
    {
        var schema = SchemaDefinition.Create(typeof(ScoredClass));
        var key = new KeyDataViewType(typeof(uint), Outcomes);
        foreach (var (member, name, type) in (ReadOnlySpan<(string, string, DataViewType)>)
            [(nameof(ScoredClass.Label), LabelColumnName, key), (nameof(ScoredClass.Score), template.ScoreColumnName, new VectorDataViewType(NumberDataViewType.Single, Outcomes)),
             (nameof(ScoredClass.PredictedLabel), template.PredictedLabelColumnName, key)])
        {
            (schema[member].ColumnName, schema[member].ColumnType) = (name, type);
        }
        return Tools.Data.LoadFromEnumerable(rows, schema);
    }
}
