namespace Microsoft.ML.RevRnn;

/// <summary>A run of an experiment: a setting that was tried, or a rival.</summary>
public abstract class RunDetail
{
    private protected RunDetail()
    {
    }

    /// <summary>The number of the setting, from 0, which is that of the options; null of a rival.</summary>
    public required int? TrialId { get; init; }

    /// <summary>The cell, such as "RevLstm", or the name of the rival.</summary>
    public required string TrainerName { get; init; }

    /// <summary>Seconds that training and evaluation took, on all rungs.</summary>
    public required double RuntimeInSeconds { get; init; }

    /// <summary>What was trained, to be fitted again on whatever data: without pauses, and without the memory of the experiment.</summary>
    public required IEstimator<ITransformer> Estimator { get; init; }

    /// <summary>How far it came.</summary>
    public required TrialState State { get; init; }

    /// <summary>What it ended with; null if it did not fail. After a resumption it has the message only.</summary>
    public required Exception? Exception { get; init; }

    /// <summary>The trained model, of the best run, the best network and the rivals; null of others, whose <see cref="Estimator"/> gives it.</summary>
    public required ITransformer? Model { get; init; }

    /// <summary>The options that it was trained with; null of a rival.</summary>
    public required RevRnnOptions? Options { get; init; }

    /// <summary>The searched values, by the names of the search space; empty of a rival.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Setting { get; init; }

    /// <summary>What was reached at each rung, in order; of a rival one, and of a setting that was cut off before the first, for want of time. Epochs are 0 there.</summary>
    public required IReadOnlyList<RungResult> Rungs { get; init; }

    /// <summary>The epochs that it was trained for; their losses are those of the network alone. Empty of a rival.</summary>
    public required IReadOnlyList<EpochReport> Epochs { get; init; }

    /// <summary>The most bytes that activations took; 0 of a rival.</summary>
    public required long PeakActivationBytes { get; init; }

    /// <summary>What was changed of the setting so that it fits into memory, or why it was not run; null for nothing.</summary>
    public required string? Note { get; init; }

    /// <summary>The lowest loss, by which settings are ranked, see <see cref="RungResult"/>; null where there is none, and of a rival.</summary>
    public double? ValidationLoss => TrialId == null ? null : Rungs.Where(rung => double.IsFinite(rung.Loss)).Select(rung => (double?)rung.Loss).Min();

    /// <summary>The metric that is optimised, at the rung where it was best; null where there is none.</summary>
    public required double? Metric { get; init; }

    /// <summary>The options as C#, to be pasted into a program; null of a rival.</summary>
    public string? OptionsAsCode => Options == null ? null : Experiments.OptionsCode.Write(Options);
}
