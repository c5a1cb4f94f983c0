using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>How many threads pay. No result depends on it.</summary>
internal static class ThreadChoice
{
    /// <summary>Multiplications and additions of a chunk's largest product that are worth a thread: some tens of microseconds, against a few for handing them over.</summary>
    private const double WorkPerThread = 1 << 20;

    /// <summary>Threads to run.</summary>
    /// <param name="wanted">Most of them.</param>
    /// <param name="processors">Processors that this process may use: more threads would wait for each other.</param>
    /// <param name="parameters">What is trained.</param>
    /// <param name="batchSize">B.</param>
    public static int Running(int wanted, int processors, ILearnedParameters parameters, int batchSize)
    {
        var largest = parameters.Dense.Max(parameter => (double)parameter.Rows * parameter.Columns);
        var work = largest * ChunkLength.For(parameters.Network).MostRows(batchSize);
        return Math.Max(1, Math.Min(Math.Min(wanted, processors), (int)Math.Min(int.MaxValue, work / WorkPerThread)));
    }
}
