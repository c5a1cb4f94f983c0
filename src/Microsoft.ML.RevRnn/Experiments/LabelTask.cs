using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An experiment on what is learned from labels.</summary>
/// <typeparam name="TLabel">A label as it is read.</typeparam>
/// <typeparam name="TMetrics">The metrics.</typeparam>
/// <param name="env">The environment.</param>
/// <param name="template">The options that are not searched.</param>
internal abstract class LabelTask<TLabel, TMetrics>(IHostEnvironment env, RevRnnTrainerOptions template) : ExperimentTask<TMetrics>(env, template)
    where TMetrics : class
{
    private DataViewSchema? _given;
    private ITransformer? _keys;

    protected string LabelColumnName => template.LabelColumnName;

    protected IDataView Training { get; private set; } = null!;

    protected IDataView Validation { get; private set; } = null!;

    public sealed override int Epochs => Template.Training.EpochsFor((int)TrainingRowCount);

    /// <summary>Classes or labels.</summary>
    protected abstract int Outcomes { get; }

    /// <summary>What makes keys of labels that are none, fitted to all rows; null where there is nothing to be made.</summary>
    protected virtual IEstimator<ITransformer>? CreateKeys(DataViewSchema schema) => null;

    /// <summary>What makes values of predicted keys again.</summary>
    protected IEstimator<ITransformer> Values => Tools.Transforms.Conversion.MapKeyToValue(template.PredictedLabelColumnName);

    public sealed override void Prepare(IDataView training, IDataView? validation, double fraction, int seed, CancellationToken cancellationToken)
    {
        var rows = new InterruptibleView(training, cancellationToken);
        _keys = CreateKeys(training.Schema)?.Fit(rows);
        _given = training.Schema;
        // The cursors of trainings end by themselves.
        var all = Keyed(training);
        if (validation == null)
        {
            var split = Tools.Data.TrainTestSplit(all, fraction, template.SamplingKeyColumnName, seed);
            (Training, Validation) = (split.TrainSet, split.TestSet);
        }
        else
        {
            (Training, Validation) = (all, Keyed(validation));
        }
        var options = Template.Copy();
        options.CancellationToken = cancellationToken;
        var read = Rows(options);
        ValidationRowCount = read.Examples.ValidationCount!.Value;
        TrainingRowCount = read.Sequences.Count - ValidationRowCount;
    }

    public sealed override void WriteIdentity(BinaryWriter writer)
    {
        var rows = Rows(Template);
        writer.Write(ValidationRowCount);
        foreach (var sequence in rows.Sequences)
        {
            writer.Write(sequence.Length);
            writer.Write(MemoryMarshal.AsBytes<int>(sequence));
        }
        foreach (var label in rows.Labels)
            writer.Write(Convert.ToInt32(label, System.Globalization.CultureInfo.InvariantCulture));
        foreach (var features in rows.Examples.Features ?? [])
            writer.Write(MemoryMarshal.AsBytes<float>(features));
    }

    public sealed override TrialData DataOf(RevRnnOptions options)
    {
        var rows = Rows(options);
        var trained = rows.Sequences.Take((int)TrainingRowCount);
        var network = options is RevRnnTrainerOptions { LanguageModel: { } model } ? model.Network with { Pooling = options.Network.Pooling } : rows.Training.Fitted(options.Network);
        return new TrialData(network, rows.VocabularySize, Outcomes, trained.Max(sequence => Math.Max(1, sequence.Length)), trained.Sum(sequence => Math.Max(1L, sequence.Length)));
    }

    public sealed override TrialOutcome<TMetrics> RunRival(IEstimator<ITransformer> pipeline, CancellationToken cancellationToken)
    {
        var model = pipeline.Fit(new InterruptibleView(Training, cancellationToken));
        var metrics = Evaluate(model.Transform(new InterruptibleView(Validation, cancellationToken)));
        return new TrialOutcome<TMetrics>(_keys == null ? model : new TransformerChain<ITransformer>(_keys, model), null, metrics, double.NaN);
    }

    /// <summary>What is learned from.</summary>
    protected abstract LabelledRows<TLabel> Rows(RevRnnOptions options);

    /// <summary>Evaluates what ML.NET's columns have.</summary>
    protected abstract TMetrics Evaluate(IDataView scored);

    /// <summary>Evaluates scores of the validation rows, which are made of the tokens that are known.</summary>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="score">Scores a row: tokens, numbers, n-grams and label.</param>
    protected TScored[] ScoreValidation<TScored>(RevRnnOptions options, CancellationToken cancellationToken, Func<int[], float[], NGramVector?, TLabel, TScored> score)
    {
        var rows = Rows(options);
        var scored = new TScored[ValidationRowCount];
        InParallel(scored.Length, options, cancellationToken, i =>
        {
            var row = (int)TrainingRowCount + i;
            scored[i] = score(rows.Sequences[row], rows.Examples.Features?[row] ?? [], rows.Examples.NGrams?.Vectors[row], rows.Labels[row]);
        });
        return scored;
    }

    /// <summary>A model for data as they were given.</summary>
    protected ITransformer Complete(ITransformer model)
        => _keys == null ? model : new TransformerChain<ITransformer>(_keys, model, Values.Fit(model.Transform(Training)));

    /// <summary>An estimator for data as they were given.</summary>
    protected IEstimator<ITransformer> Complete(IEstimator<ITransformer> trainer)
        => CreateKeys(_given!) is { } keys ? keys.Append(trainer).Append(Values) : trainer;

    private IDataView Keyed(IDataView data) => _keys == null ? data : _keys.Transform(data);
}
