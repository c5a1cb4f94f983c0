using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A training in a process of its own, which can be killed.</summary>
internal static class KillableTraining
{
    public static CheckpointedRun Run(string kind, string? path) => CheckpointedRun.Of(kind).With(training => training with
    {
        MaximumEpochs = 12,
        BatchSize = 2,
        CheckpointPath = path,
        CheckpointInterval = path == null ? null : TimeSpan.Zero,
    });

    /// <param name="arguments">Kind of training, path of the checkpoint.</param>
    public static void Main(string[] arguments) => Run(arguments[0], arguments[1]).Run();

    public static Process Start(string kind, string path)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return Process.Start(new ProcessStartInfo(host, [typeof(KillableTraining).Assembly.Location, kind, path])
        {
            RedirectStandardError = true,
        })!;
    }
}
