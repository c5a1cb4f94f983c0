namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>
/// Work that must not hold up what waits for it. It is told to end and mostly does, within a batch; what cannot be interrupted, such as a trainer of ML.NET, is left to itself, and its result
/// is dropped.
/// </summary>
internal sealed class Abandonable
{
    /// <summary>Enough for a batch's end and its checkpoint.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromMilliseconds(400);

    private readonly List<Task> _abandoned = [];

    /// <summary>Runs work on a thread of its own.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public T Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Task.WaitAny([task], cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (Task.WaitAny([task], _grace) < 0)
            {
                lock (_abandoned)
                    _abandoned.Add(task);
                throw;
            }
        }
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Does something when all work that was left to itself has ended: at once, if there is none.</summary>
    public void WhenAllEnded(Action action)
    {
        Task[] left;
        lock (_abandoned)
            left = [.. _abandoned.Where(task => !task.IsCompleted)];
        if (left.Length == 0)
        {
            action();
            return;
        }
        Task.WhenAll(left).ContinueWith(
            ended =>
            {
                // Nobody is interested in how it ended.
                _ = ended.Exception;
                action();
            },
            TaskScheduler.Default);
    }
}
