namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How long an <see cref="Alternation"/> takes.</summary>
/// <param name="Budget">Time for all its rounds together, about.</param>
internal sealed record Pace(TimeSpan Budget)
{
    /// <summary>
    /// Time to warm each subject up: by default long enough for the just-in-time compiler to replace its first code of all hot methods,
    /// which it does 100 ms after it last had something to compile for the first time.
    /// </summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Runs shorter than this are repeated and timed together; another process must be asked for them.</summary>
    public double LeastMilliseconds { get; init; } = 20;

    /// <summary>
    /// For kernels of this process that were warmed up before. Where other programs want the processor
    /// too, most windows as short as these are undisturbed.
    /// </summary>
    public static Pace Kernels { get; } = new(TimeSpan.FromSeconds(0.5)) { WarmUp = TimeSpan.FromMilliseconds(50), LeastMilliseconds = 2 };
}
