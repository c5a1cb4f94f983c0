using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class WorkerTeamTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    public void EveryWorkerRunsEveryJobOnce(int size)
    {
        using var team = new WorkerTeam(size);
        var runs = new int[size];
        Assert.AreEqual(size, team.Size);

        for (var job = 1; job <= 100; job++)
        {
            team.Run(worker => runs[worker]++);
            foreach (var count in runs)
                Assert.AreEqual(job, count);
        }
    }

    [TestMethod]
    public void WorkersAreDifferentThreads()
    {
        using var team = new WorkerTeam(3);
        var threads = new int[3];
        using var all = new Barrier(3);

        // No share ends before all have begun.
        team.Run(worker =>
        {
            threads[worker] = Environment.CurrentManagedThreadId;
            all.SignalAndWait();
        });

        Assert.AreEqual(3, threads.Distinct().Count());
        Assert.AreEqual(Environment.CurrentManagedThreadId, threads[0]);
    }

    [TestMethod]
    [DataRow(1, 0)]
    [DataRow(3, 0)]
    [DataRow(3, 1)]
    [DataRow(3, 2)]
    public void AFailureIsThrownAgainAndTheTeamGoesOn(int size, int failing)
    {
        using var team = new WorkerTeam(size);
        var runs = new int[size];

        for (var i = 0; i < 3; i++)
        {
            var failure = Assert.ThrowsExactly<InvalidTimeZoneException>(() => team.Run(worker =>
            {
                runs[worker]++;
                if (worker == failing)
                    throw new InvalidTimeZoneException("This one.");
            }));
            Assert.AreEqual("This one.", failure.Message);
        }
        team.Run(worker => runs[worker]++);

        foreach (var count in runs)
            Assert.AreEqual(4, count);
    }

    [TestMethod]
    public void OfSeveralFailuresTheFirstWorkersIsThrown()
    {
        using var team = new WorkerTeam(4);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => team.Run(worker =>
        {
            if (worker > 0)
                throw new InvalidOperationException($"{worker}");
        }));

        Assert.AreEqual("1", failure.Message);
        team.Run(_ => { });
    }

    [TestMethod]
    public void SharesCoverEverythingOnceInWholeGrains()
    {
        for (var size = 1; size <= 5; size++)
        {
            using var team = new WorkerTeam(size);
            foreach (var grain in (int[])[1, 4, 8, 32])
            {
                for (var count = 0; count <= 100; count++)
                {
                    var next = 0;
                    for (var worker = 0; worker < size; worker++)
                    {
                        var (begin, end) = team.Share(count, grain, worker);
                        Assert.AreEqual(next, begin);
                        Assert.IsTrue(end >= begin);
                        Assert.IsTrue(begin % grain == 0 || begin == count);
                        next = end;
                    }
                    Assert.AreEqual(count, next);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    [DataRow(9)]
    public void AnyNumberOfThreadsRunsEveryShareOnce(int threads)
    {
        using var team = new WorkerTeam(5, threads);
        var runs = new int[5];
        Assert.AreEqual(5, team.Size);
        Assert.AreEqual(Math.Min(5, threads), team.ThreadCount);

        for (var job = 1; job <= 20_000; job++)
        {
            team.Run(worker => runs[worker]++);
            if (runs.Any(count => count != job))
                Assert.Fail($"{string.Join(' ', runs)} after {job} jobs");
            // Now and then threads have gone to sleep.
            if (job % 500 == 0)
                Thread.Sleep(1);
        }
    }

    [TestMethod]
    public void AThreadThatDoesNotComeHoldsNobodyUp()
    {
        using var team = new WorkerTeam(3, 2);
        using var go = new ManualResetEventSlim();
        var caller = Environment.CurrentManagedThreadId;
        var held = 0;
        // The other thread is held within the share that it takes; this one runs all the rest.
        var ran = 0;
        team.Run(worker =>
        {
            if (Environment.CurrentManagedThreadId == caller)
            {
                if (Interlocked.Increment(ref ran) == 2)
                    go.Set();
                else
                    SpinWait.SpinUntil(() => Volatile.Read(ref held) == 1);
            }
            else
            {
                Volatile.Write(ref held, 1);
                go.Wait();
            }
        });
        Assert.AreEqual(2, ran);
    }

    [TestMethod]
    public void ATeamNeedsAWorker() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new WorkerTeam(0));

    [TestMethod]
    public void ATeamNeedsAThread() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new WorkerTeam(2, 0));

    [TestMethod]
    public void DisposingTwiceIsHarmless()
    {
        var team = new WorkerTeam(3);
        var threads = new Thread[3];
        using var all = new Barrier(3);
        // No share ends before all have begun.
        team.Run(worker =>
        {
            threads[worker] = Thread.CurrentThread;
            all.SignalAndWait();
        });
        team.Dispose();

        team.Dispose();

        Assert.AreEqual(1, threads.Count(thread => thread.IsAlive), "Threads but the caller's have ended.");
    }
}
