using System.Globalization;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>PyTorch in a Python process of its own, which runs a step whenever it is asked to and sleeps between.</summary>
internal sealed class TorchPeer : IDisposable
{
    /// <summary>Longer than the threads of OpenMP and OpenBLAS spin after their work: they would take processors from the next run of ours.</summary>
    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(60);

    private readonly TorchProcess _process;
    private readonly int _threads;

    private TorchPeer(TorchProcess process, int threads)
    {
        _process = process;
        _threads = threads;
    }

    public string Version => _process.About[0];

    /// <summary>The library behind its matrix product.</summary>
    public string Blas => _process.About[1];

    /// <summary>Debian's torch takes the system's BLAS, which is the slow reference implementation until another one is installed.</summary>
    public bool HasReferenceBlas => Blas.Contains("libblas", StringComparison.Ordinal) && !Blas.Contains("openblas", StringComparison.Ordinal);

    /// <summary>Null where no Python with torch is found.</summary>
    public static TorchPeer? Start(int threads) => TorchProcess.Start("torch_peer.py", threads) is { } process ? new TorchPeer(process, threads) : null;

    /// <summary>Prepares a case, which <see cref="Run"/> and <see cref="PeakBytes"/> then are about.</summary>
    public void Prepare(bool lstm, bool checkpointed, StepShape shape)
    {
        var model = lstm ? "lstm" : "gru";
        var strategy = checkpointed ? "checkpoint" : "plain";
        _process.Ask($"case {model} {strategy} {shape.Steps} {shape.Rows} {shape.Units}");
    }

    public double Run(int repeats)
    {
        var milliseconds = Number(_process.Ask($"run {repeats}"));
        if (_threads > 1)
            Thread.Sleep(_rest);
        return milliseconds;
    }

    /// <summary>Bytes that its process grew by during a step, at the most.</summary>
    public double PeakBytes() => Number(_process.Ask("peak"));

    public void Dispose() => _process.Dispose();

    private static double Number(string answer) => double.Parse(answer, CultureInfo.InvariantCulture);
}
