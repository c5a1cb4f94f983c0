using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A script in a Python process of its own that has torch: a line in, a line out.</summary>
internal sealed class TorchProcess : IDisposable
{
    private const string Greeting = "torch|";

    private static readonly string[] _interpreters = ["python3", "/usr/bin/python3", "python"];

    private readonly Process _process;

    private TorchProcess(Process process, string greeting)
    {
        _process = process;
        About = greeting[Greeting.Length..].Split('|');
    }

    /// <summary>What the script says about its torch when it starts: the version, then whatever else the script's caller wants to know.</summary>
    public string[] About { get; }

    /// <summary>Null where no Python with torch is found.</summary>
    /// <param name="script">Name of an embedded script, which begins by printing "torch|" and the version.</param>
    /// <param name="threads">Threads of torch.</param>
    public static TorchProcess? Start(string script, int threads)
    {
        foreach (var interpreter in _interpreters)
        {
            if (Start(interpreter, script, threads) is not { } process)
                continue;
            if (process.StandardOutput.ReadLine() is { } greeting && greeting.StartsWith(Greeting, StringComparison.Ordinal))
                return new TorchProcess(process, greeting);
            process.WaitForExit();
            process.Dispose();
        }
        return null;
    }

    public string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"PyTorch's process ended while it was asked to '{Shortened(line)}'; it may have run out of memory.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process? Start(string interpreter, string script, int threads)
    {
        var start = new ProcessStartInfo(interpreter)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Read(script));
        foreach (var variable in (string[])["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"])
            start.Environment[variable] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment.Remove(NativeEnvironment.CoreType);
        try
        {
            var process = Process.Start(start);
            process?.BeginErrorReadLine();
            return process;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Read(string script)
    {
        using var reader = new StreamReader(typeof(TorchProcess).Assembly.GetManifestResourceStream(script)!);
        return reader.ReadToEnd();
    }

    private static string Shortened(string line) => line.Length <= 100 ? line : line[..100] + "...";
}
