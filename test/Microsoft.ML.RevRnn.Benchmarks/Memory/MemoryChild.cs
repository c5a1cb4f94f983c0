using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// A process for each memory case, since a process's peak never falls and its allocator gives little back: this program starts itself again.
/// </summary>
internal static class MemoryChild
{
    /// <summary>Rows of the loss's coefficients: few, for they belong to the measuring and not to the measured.</summary>
    private const int CoefficientRows = 256;

    /// <summary>In the parent: runs the case in a child. An exception says how the child failed.</summary>
    public static MemoryReading Start(StepCase step, int threads)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(MemoryChild).Assembly.Location);
        foreach (var argument in (string[])["memory", "--memory-case", $"{step}", "--threads", threads.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<MemoryReading>(output)!
            : throw new InvalidOperationException($"The process that measured {step} ended with exit code {child.ExitCode}.");
    }

    /// <summary>In the child: one training step.</summary>
    public static void Run(string name, int threads)
    {
        using var step = new TrainingStep(StepCase.Parse(name), threads, coefficientRows: CoefficientRows);
        step.Run();
        Console.WriteLine(JsonSerializer.Serialize(new MemoryReading(step.PeakActivationBytes, PeakResidentBytes())));
    }

    private static long PeakResidentBytes()
    {
        const string Status = "/proc/self/status";
        const string Peak = "VmHWM:";
        if (!File.Exists(Status))
            return Process.GetCurrentProcess().PeakWorkingSet64;
        var line = File.ReadLines(Status).First(l => l.StartsWith(Peak, StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(Peak.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }
}
