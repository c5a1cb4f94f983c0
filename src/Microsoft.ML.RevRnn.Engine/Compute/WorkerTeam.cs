using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// A fixed number of threads that run one job together and wait for each other. What a worker does follows from its number alone,
/// never from timing. A thread that waits spins for some microseconds before it sleeps, since the phases of a training step are short.
/// </summary>
internal sealed unsafe class WorkerTeam : IDisposable
{
    private const int SpinsBeforeSleep = 200;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly Exception?[] _failures;
    private readonly SemaphoreSlim _done = new(0);
    private delegate*<void*, int, void> _run;
    private void* _job;
    private int _generation;
    private int _running;
    private volatile bool _disposed;

    public WorkerTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _failures = new Exception?[size];
        _threads = new Thread[size - 1];
        _wake = new SemaphoreSlim[size - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            _wake[i] = new SemaphoreSlim(0);
            var worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"RevRnn worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Size { get; }

    /// <summary>
    /// Runs the shares 0 ... Size - 1 of a job, one on each thread, and returns when all have ended. The first failure, by worker number, is thrown.
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
        Volatile.Write(ref _running, Size - 1);
        Interlocked.Increment(ref _generation);
        foreach (var wake in _wake)
            wake.Release();
        Guarded(0);
        for (var spins = 0; Volatile.Read(ref _running) != 0 && spins < SpinsBeforeSleep; spins++)
            Thread.SpinWait(10);
        _done.Wait();
        foreach (var failure in _failures)
        {
            if (failure is null)
                continue;
            Array.Clear(_failures);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
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
        foreach (var wake in _wake)
            wake.Release();
        foreach (var thread in _threads)
            thread.Join();
        foreach (var wake in _wake)
            wake.Dispose();
        _done.Dispose();
    }

    private void Loop(int worker)
    {
        var seen = 0;
        while (true)
        {
            for (var spins = 0; Volatile.Read(ref _generation) == seen && spins < SpinsBeforeSleep && !_disposed; spins++)
                Thread.SpinWait(10);
            _wake[worker - 1].Wait();
            if (_disposed)
                return;
            seen = Volatile.Read(ref _generation);
            Guarded(worker);
            if (Interlocked.Decrement(ref _running) == 0)
                _done.Release();
        }
    }

    private static void RunShare<TJob>(void* job, int worker)
        where TJob : struct, IJob
        => Unsafe.AsRef<TJob>(job).Run(worker);

    private void Guarded(int worker)
    {
        try
        {
            _run(_job, worker);
        }
        catch (Exception failure)
        {
            _failures[worker] = failure;
        }
    }

    private readonly struct DelegateJob(Action<int> job) : IJob
    {
        public void Run(int worker) => job(worker);
    }
}
