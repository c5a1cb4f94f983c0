namespace Microsoft.ML.RevRnn;

/// <summary>A run of an experiment, with how well it did.</summary>
/// <typeparam name="TMetrics">The metrics of the experiment's kind, such as <see cref="Data.MulticlassClassificationMetrics"/>.</typeparam>
public sealed class RunDetail<TMetrics> : RunDetail
    where TMetrics : class
{
    internal RunDetail()
    {
    }

    /// <summary>How well it did on the validation rows: of a run that went on over several rungs, at the one where the metric that is optimised was best. Null where it came to none.</summary>
    public required TMetrics? ValidationMetrics { get; init; }
}
