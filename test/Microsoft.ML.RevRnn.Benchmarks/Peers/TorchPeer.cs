using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>PyTorch in a Python process of its own, which runs a step whenever it is asked to and sleeps between.</summary>
internal sealed class TorchPeer : IDisposable
{
    private static readonly string[] _interpreters = ["python3", "/usr/bin/python3", "python"];

    /// <summary>Longer than the threads of OpenMP and OpenBLAS spin after their work: they would take processors from the next run of ours.</summary>
    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(60);

    private readonly Process _process;
    private readonly int _threads;

    private TorchPeer(Process process, int threads, string greeting)
    {
        _process = process;
        _threads = threads;
        var parts = greeting.Split('|');
        Version = parts[0];
        Blas = parts[1];
    }

    public string Version { get; }

    /// <summary>The library behind its matrix product.</summary>
    public string Blas { get; }

    /// <summary>Debian's torch takes the system's BLAS, which is the slow reference implementation until another one is installed.</summary>
    public bool HasReferenceBlas => Blas.Contains("libblas", StringComparison.Ordinal) && !Blas.Contains("openblas", StringComparison.Ordinal);

    /// <summary>Null where no Python with torch is found.</summary>
    public static TorchPeer? Start(int threads)
    {
        foreach (var interpreter in _interpreters)
        {
            if (Start(interpreter, threads) is not { } process)
                continue;
            if (process.StandardOutput.ReadLine() is { } greeting && greeting.Contains('|'))
                return new TorchPeer(process, threads, greeting);
            process.WaitForExit();
            process.Dispose();
        }
        return null;
    }

    /// <summary>Prepares a case, which <see cref="Run"/> and <see cref="PeakBytes"/> then are about.</summary>
    public void Prepare(bool lstm, bool checkpointed, StepShape shape)
    {
        var model = lstm ? "lstm" : "gru";
        var strategy = checkpointed ? "checkpoint" : "plain";
        Ask($"case {model} {strategy} {shape.Steps} {shape.Rows} {shape.Units}");
    }

    public double Run(int repeats)
    {
        var milliseconds = Number(Ask($"run {repeats}"));
        if (_threads > 1)
            Thread.Sleep(_rest);
        return milliseconds;
    }

    /// <summary>Bytes that its process grew by during a step, at the most.</summary>
    public double PeakBytes() => Number(Ask("peak"));

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process? Start(string interpreter, int threads)
    {
        var start = new ProcessStartInfo(interpreter)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script());
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

    private static string Script()
    {
        using var reader = new StreamReader(typeof(TorchPeer).Assembly.GetManifestResourceStream("torch_peer.py")!);
        return reader.ReadToEnd();
    }

    private static double Number(string answer) => double.Parse(answer, CultureInfo.InvariantCulture);

    private string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"PyTorch's process ended while it was asked to '{line}'; it may have run out of memory.");
    }
}
