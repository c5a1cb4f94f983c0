namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>The time of an experiment, and what ends it: the clock, a token, or ML.NET.</summary>
internal sealed class ExperimentClock : IDisposable
{
    /// <summary>The longest that a timer can wait.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(49);

    private readonly TimeProvider _time;
    private readonly TimeSpan _before;
    private readonly TimeSpan? _budget;
    private readonly long _start;
    private readonly ITimer? _end;
    private readonly ITimer? _searchEnd;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _searchEnded;
    private TimeSpan _reserve;
    private volatile bool _isSearchOver;

    /// <param name="time">Tells the time.</param>
    /// <param name="before">Time before an interruption.</param>
    /// <param name="budget">Time that there is; null for all.</param>
    public ExperimentClock(TimeProvider time, TimeSpan before, TimeSpan? budget)
    {
        _time = time;
        _before = before;
        _budget = budget;
        _start = time.GetTimestamp();
        _searchEnded = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        if (Remaining is { } remaining && remaining > TimeSpan.Zero)
        {
            _end = time.CreateTimer(_ => _ended.Cancel(), null, Wait(remaining), Timeout.InfiniteTimeSpan);
            _searchEnd = time.CreateTimer(_ => _searchEnded.Cancel(), null, Wait(remaining), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Time since the beginning of the experiment.</summary>
    public TimeSpan Elapsed => _before + _time.GetElapsedTime(_start);

    /// <summary>Time that is left; null where there is no end.</summary>
    public TimeSpan? Remaining => _budget - Elapsed;

    /// <summary>Time that is left for the search.</summary>
    public TimeSpan? RemainingSearch => Remaining - _reserve;

    /// <summary>What is cancelled when the experiment must end.</summary>
    public CancellationTokenSource Ended => _ended;

    /// <summary>Cancelled when the experiment must end.</summary>
    public CancellationToken Token => _ended.Token;

    /// <summary>Cancelled when the search must end.</summary>
    public CancellationToken SearchToken => _searchEnded.Token;

    /// <summary>Whether time is what is over.</summary>
    public bool IsTimeUp => _isSearchOver || RemainingSearch <= TimeSpan.Zero;

    /// <summary>A moment, for <see cref="Since"/>.</summary>
    public long Now => _time.GetTimestamp();

    public TimeSpan Since(long moment) => _time.GetElapsedTime(moment);

    /// <summary>
    /// Ends an experiment that had no time left when it was run again, and has read its data: it gives the result that there was.
    /// </summary>
    public void EndIfOver()
    {
        if (Remaining <= TimeSpan.Zero)
            _ended.Cancel();
    }

    /// <summary>Ends the search before its time is up, as there is not enough left of it for anything.</summary>
    public void EndSearch()
    {
        _isSearchOver = true;
        _searchEnded.Cancel();
    }

    /// <summary>Keeps time free at the end.</summary>
    public void Reserve(TimeSpan time)
    {
        _reserve = time;
        if (RemainingSearch is { } remaining)
            _searchEnd?.Change(Wait(remaining), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Does something after a time; never, where that is null.</summary>
    public ITimer? StartTimer(TimeSpan? time, Action action)
        => time is { } wait ? _time.CreateTimer(_ => action(), null, Wait(wait), Timeout.InfiniteTimeSpan) : null;

    public void Dispose()
    {
        _end?.Dispose();
        _searchEnd?.Dispose();
    }

    private static TimeSpan Wait(TimeSpan remaining) => remaining <= TimeSpan.Zero ? TimeSpan.Zero : remaining < _longest ? remaining : _longest;
}
