using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Many texts that many threads score on one classifier, each thread one text at a time, as a service would that has no queue.</summary>
/// <param name="classifier">The model.</param>
/// <param name="sequences">The texts.</param>
internal sealed class SharedModel(SequenceClassifier classifier, int[][] sequences)
{
    private readonly float[][] _probabilities = Array.ConvertAll(sequences, _ => new float[classifier.ClassCount]);

    /// <summary>Seconds that so many threads take for the first so many texts, which they take one after another.</summary>
    public double Run(int threads, int texts)
    {
        var next = -1;
        var clock = Stopwatch.StartNew();
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (var i = Interlocked.Increment(ref next); i < texts; i = Interlocked.Increment(ref next))
                classifier.Predict(sequences[i], _probabilities[i]);
        }))];
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>The bits of all probabilities.</summary>
    public int[] Bits() => [.. _probabilities.SelectMany(probabilities => Array.ConvertAll(probabilities, BitConverter.SingleToInt32Bits))];

    /// <summary>What the process has in memory, without garbage.</summary>
    public static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }
}
