namespace Microsoft.ML.RevRnn.Training;

/// <summary>What may end training or have it saved, as it is at a moment.</summary>
/// <param name="Elapsed">The time that training has taken, over all its runs.</param>
/// <param name="IsCancelled">Whether it was cancelled.</param>
/// <param name="IsSaveDue">Whether it is time for a checkpoint within the epoch.</param>
internal readonly record struct Moment(TimeSpan Elapsed, bool IsCancelled, bool IsSaveDue)
{
    /// <summary>Numbers that say it.</summary>
    public const int Length = 2;

    public void Write(Span<double> numbers) => (numbers[0], numbers[1]) = (Elapsed.Ticks, (IsCancelled ? 1 : 0) + (IsSaveDue ? 2 : 0));

    public static Moment Read(ReadOnlySpan<double> numbers) => new(new TimeSpan((long)numbers[0]), ((int)numbers[1] & 1) != 0, ((int)numbers[1] & 2) != 0);
}
