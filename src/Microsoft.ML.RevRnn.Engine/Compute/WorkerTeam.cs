using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Threads that run one job together. A job has a fixed number of shares, and what a share does follows from its number alone, so that no result depends on timing or on
/// which thread runs it.
/// </summary>
/// <remarks>
/// Each thread takes its own share first, then those that nobody has begun: a thread that the operating system does not let run, on a crowded machine, holds nobody up
/// unless it is within a share. A thread that waits spins for some microseconds, since the phases of a training step are short, and then sleeps, without ever giving
/// up its turn in between; helpers that came too late several times in a row are woken for few jobs only.
/// </remarks>
internal sealed unsafe class WorkerTeam : IDisposable
{
    private const int SpinsBeforeSleep = 200;
    private const int MissesBeforeDozing = 8;
    private const int JobsPerWakeUp = 16;

    /// <summary>Claims lie on cache lines of their own.</summary>
    private const int ClaimStride = 8;

    private readonly Helper[] _helpers;
    private readonly Exception?[] _failures;
    private readonly long[] _claims;
    private readonly object _done = new();
    private delegate*<void*, int, void> _run;
    private void* _job;
    private long _generation;
    private int _running;
    private int _leaderSleeps;
    private int _misses;
    private volatile bool _disposed;

    /// <param name="size">Shares of a job.</param>
    /// <param name="threads">Threads that run them, the caller's included; null for one a share.</param>
    public WorkerTeam(int size, int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads ?? 1, 1, nameof(threads));
        Size = size;
        _failures = new Exception?[size];
        _claims = new long[size * ClaimStride];
        _helpers = new Helper[Math.Min(size, threads ?? size) - 1];
        for (var i = 0; i < _helpers.Length; i++)
            _helpers[i] = new Helper();
        for (var i = 0; i < _helpers.Length; i++)
        {
            var worker = i + 1;
            _helpers[i].Thread = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"RevRnn worker {worker}" };
            _helpers[i].Thread!.Start();
        }
    }

    /// <summary>Shares of a job.</summary>
    public int Size { get; }

    /// <summary>Threads, the caller's included.</summary>
    public int ThreadCount => _helpers.Length + 1;

    /// <summary>
    /// Runs the shares 0 ... Size - 1 of a job and returns when all have ended. The first failure, by share number, is thrown.
    /// </summary>
    public void Run<TJob>(TJob job)
        where TJob : struct, IJob
    {
        if (Size == 1)
        {
            job.Run(0);
            return;
        }
        // The job lies on this method's stack, which outlives the run; the threads read it there.
        _job = Unsafe.AsPointer(ref job);
        _run = &RunShare<TJob>;
        Volatile.Write(ref _running, Size);
        var generation = Interlocked.Increment(ref _generation);
        if (_misses < MissesBeforeDozing || generation % JobsPerWakeUp == 0)
        {
            foreach (var helper in _helpers)
                helper.Wake();
        }
        var own = RunShares(0, generation);
        _misses = own == Size ? Math.Min(_misses + 1, MissesBeforeDozing) : 0;
        WaitForOthers();
        ThrowFailure();
    }

    /// <summary>Runs a delegate as a job.</summary>
    public void Run(Action<int> job) => Run(new DelegateJob(job));

    /// <summary>The part [begin, end) of [0, count) that falls to a worker, in units of <paramref name="grain"/>.</summary>
    public (int Begin, int End) Share(int count, int grain, int worker)
    {
        var units = (count + grain - 1) / grain;
        var begin = (int)((long)units * worker / Size) * grain;
        var end = (int)((long)units * (worker + 1) / Size) * grain;
        return (Math.Min(begin, count), Math.Min(end, count));
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var helper in _helpers)
            helper.Wake();
        foreach (var helper in _helpers)
            helper.Thread!.Join();
    }

    private void Loop(int worker)
    {
        var helper = _helpers[worker - 1];
        var seen = 0L;
        while (!_disposed)
        {
            for (var spins = 0; Volatile.Read(ref _generation) == seen && spins < SpinsBeforeSleep && !_disposed; spins++)
                Thread.SpinWait(10);
            if (Volatile.Read(ref _generation) == seen)
                Sleep(helper, seen);
            seen = Volatile.Read(ref _generation);
            RunShares(worker, seen);
        }
    }

    /// <summary>Runs a thread's own share of a job and those that nobody has begun.</summary>
    /// <returns>How many it ran.</returns>
    private int RunShares(int first, long generation)
    {
        var count = 0;
        for (var i = 0; i < Size; i++)
        {
            var share = first + i < Size ? first + i : first + i - Size;
            // All shares of the job before have been taken. Who gets one knows that its job is still under way; who comes too late for a job gets none of it.
            if (Interlocked.CompareExchange(ref _claims[share * ClaimStride], generation, generation - 1) != generation - 1)
                continue;
            Guarded(share);
            count++;
            if (Interlocked.Decrement(ref _running) == 0)
                WakeLeader();
        }
        return count;
    }

    private void Sleep(Helper helper, long seen)
    {
        helper.BeginSleep();
        // A job that came before that woke nobody.
        if (Volatile.Read(ref _generation) != seen || _disposed)
            helper.Wake();
        helper.WaitUntilWoken();
    }

    private void WaitForOthers()
    {
        for (var spins = 0; Volatile.Read(ref _running) != 0 && spins < SpinsBeforeSleep; spins++)
            Thread.SpinWait(10);
        if (Volatile.Read(ref _running) == 0)
            return;
        lock (_done)
        {
            Interlocked.Exchange(ref _leaderSleeps, 1);
            while (Volatile.Read(ref _running) != 0)
                Monitor.Wait(_done);
            Volatile.Write(ref _leaderSleeps, 0);
        }
    }

    /// <summary>After the last share.</summary>
    private void WakeLeader()
    {
        if (Volatile.Read(ref _leaderSleeps) == 0)
            return;
        lock (_done)
            Monitor.Pulse(_done);
    }

    private void ThrowFailure()
    {
        foreach (var failure in _failures)
        {
            if (failure is null)
                continue;
            Array.Clear(_failures);
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private static void RunShare<TJob>(void* job, int worker)
        where TJob : struct, IJob
        => Unsafe.AsRef<TJob>(job).Run(worker);

    private void Guarded(int share)
    {
        try
        {
            _run(_job, share);
        }
        catch (Exception failure)
        {
            _failures[share] = failure;
        }
    }

    private readonly struct DelegateJob(Action<int> job) : IJob
    {
        public void Run(int worker) => job(worker);
    }

    /// <summary>A thread of the team, and how it sleeps.</summary>
    private sealed class Helper
    {
        private readonly object _gate = new();
        private int _sleeps;

        public Thread? Thread { get; set; }

        /// <summary>From now on <see cref="Wake"/> is heard.</summary>
        public void BeginSleep() => Interlocked.Exchange(ref _sleeps, 1);

        public void WaitUntilWoken()
        {
            lock (_gate)
            {
                while (Volatile.Read(ref _sleeps) != 0)
                    Monitor.Wait(_gate);
            }
        }

        /// <summary>Costs nothing where the thread is awake.</summary>
        public void Wake()
        {
            if (Volatile.Read(ref _sleeps) == 0 || Interlocked.Exchange(ref _sleeps, 0) == 0)
                return;
            lock (_gate)
                Monitor.Pulse(_gate);
        }
    }
}
