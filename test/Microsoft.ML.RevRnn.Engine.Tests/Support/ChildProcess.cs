using System.Diagnostics;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>This assembly as a program.</summary>
internal static class ChildProcess
{
    /// <param name="arguments">"golden" and cells, "model", or a kind of training and the path of its checkpoint.</param>
    public static void Main(string[] arguments)
    {
        if (arguments is ["model"])
        {
            Console.WriteLine(SimdWidths.Best);
            Console.WriteLine(GoldenTraining.ModelDigest());
            Console.WriteLine(GoldenTraining.TranslationDigest(CellKind.RevLstm, SimdWidths.Best));
            return;
        }
        if (arguments is not ["golden", .. var cells])
        {
            KillableTraining.Run(arguments[0], arguments[1]).Run();
            return;
        }
        Console.WriteLine(SimdWidths.Best);
        foreach (var cell in cells)
            Console.WriteLine($"{cell} {GoldenTraining.Digests(Enum.Parse<CellKind>(cell), SimdWidths.Best)}");
    }

    /// <param name="setting">NAME=value, of the environment; null for none.</param>
    /// <param name="arguments">What the program is told.</param>
    public static Process Start(string? setting, params string[] arguments)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(ChildProcess).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (setting?.Split('=') is [var name, var value])
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>What the program prints.</summary>
    public static string[] Lines(string? setting, params string[] arguments)
    {
        using var process = Start(setting, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
