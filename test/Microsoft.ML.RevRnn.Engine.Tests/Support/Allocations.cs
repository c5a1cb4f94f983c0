namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Counts what code allocates.</summary>
internal static class Allocations
{
    /// <summary>The least of several runs: a collection that another test's thread brings about counts the rest of this thread's allocation block.</summary>
    public static long Of(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
