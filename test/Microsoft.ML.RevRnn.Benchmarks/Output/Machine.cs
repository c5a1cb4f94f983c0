using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What the figures were measured on and with.</summary>
internal static class Machine
{
    /// <summary>The commit the SDK found when it built this program. It cannot tell uncommitted changes.</summary>
    public static string Commit
    {
        get
        {
            var version = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
            var plus = version.IndexOf('+');
            return plus < 0 ? "unknown" : version[(plus + 1)..][..Math.Min(12, version.Length - plus - 1)];
        }
    }

    public static string Describe() =>
        $"{Processor()}, {Environment.ProcessorCount} logical processors, {(int)SimdWidths.Best}-bit registers, "
        + $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor()
    {
        const string Name = "model name";
        const string Processors = "/proc/cpuinfo";
        var lines = File.Exists(Processors) ? File.ReadLines(Processors) : [];
        var line = lines.FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
