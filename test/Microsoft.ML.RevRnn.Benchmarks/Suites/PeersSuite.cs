namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Our training step against PyTorch's, in turns.</summary>
internal sealed class PeersSuite : ISuite
{
    private const long LeastCheckpointedElements = 1_000_000;

    private static readonly Pace _pace = new(TimeSpan.FromSeconds(3)) { WarmUp = TimeSpan.FromSeconds(3) };

    public string Name => "peers";

    public string Title => "the same training step in PyTorch";

    public string Method =>
        "Forward from inputs [T, B, I], loss sum(outputs * w), backward to weights and inputs, with nn.LSTM beside RevLstm and Lstm, nn.GRU beside "
        + "RevGru and Gru: of libtorch through TorchSharp in this process (vs-libtorch), and of PyTorch in a Python process (vs-torch); vs-torch-checkpoint takes "
        + "torch.utils.checkpoint over segments of sqrt(T) steps. "
        + "Each run of ours is followed by one of each of theirs; all have the same number of threads. Times are medians; a ratio below 1 is in our favour.";

    public void Run(Settings settings, IReport report)
    {
        var missing = LibTorch.Prepare(settings.Threads);
        report.Note(missing == null ? $"libtorch {LibTorch.Version}." : $"There is no libtorch: {missing}");
        using var python = TorchPeer.Start(settings.Threads);
        if (python == null)
            report.Note("There is no python3 with torch on this machine, so libtorch is the only peer.");
        else
            report.Note($"PyTorch {python.Version}, BLAS: {python.Blas}.");
        if (python is { HasReferenceBlas: true })
        {
            report.Note("Attention: this PyTorch multiplies with the reference BLAS, which is many times slower than OpenBLAS. "
                + "The ratios flatter us; install OpenBLAS (Debian: libopenblas0-pthread) and run again.");
        }
        if (missing != null && python == null)
        {
            report.Skip("there is no peer.");
            return;
        }
        foreach (var shape in StepShape.Timed)
        {
            foreach (var cell in Support.Cells)
            {
                foreach (var strategy in Support.Strategies(cell))
                {
                    var step = new StepCase(cell, strategy, shape);
                    if (IsCompared(step, checkpointed: false) && settings.Wants($"{step}"))
                        Compare(step, missing == null, python, settings, report);
                    if (python != null && IsCompared(step, checkpointed: true) && settings.Wants($"{step}/vs-torch-checkpoint"))
                        CompareCheckpointed(step, python, settings, report);
                }
            }
        }
    }

    /// <summary>
    /// Reversal is compared with plain training and with checkpoints; an ordinary cell's strategy with the same one in PyTorch.
    /// Checkpoints are left out where there is little to save.
    /// </summary>
    private static bool IsCompared(StepCase step, bool checkpointed)
    {
        if (checkpointed && step.Shape.Elements < LeastCheckpointedElements)
            return false;
        if (Support.IsReversible(step.Cell))
            return step.Strategy == ActivationStrategy.Reversible;
        return step.Strategy == (checkpointed ? ActivationStrategy.Checkpointed : ActivationStrategy.Stored);
    }

    private void Compare(StepCase step, bool hasLibTorch, TorchPeer? python, Settings settings, IReport report)
    {
        var lstm = Support.IsLstm(step.Cell);
        using var ours = new TrainingStep(step, settings.Threads);
        using var libTorch = hasLibTorch ? new LibTorchStep(lstm, step.Shape) : null;
        var subjects = new List<ITimed> { new TimedAction(ours.Run) };
        var peers = new List<(string Aspect, string Remark)>();
        if (libTorch != null)
        {
            subjects.Add(new TimedAction(libTorch.Run));
            peers.Add(("vs-libtorch", ""));
        }
        if (python != null)
        {
            python.Prepare(lstm, checkpointed: false, step.Shape);
            subjects.Add(new TorchRun(python));
            peers.Add(("vs-torch", Remark(python)));
        }
        var timings = Alternation.Run(_pace, [.. subjects]);
        for (var i = 0; i < peers.Count; i++)
            Add(report, step, peers[i].Aspect, Peer(lstm) + peers[i].Remark, timings, i + 1);
    }

    private void CompareCheckpointed(StepCase step, TorchPeer python, Settings settings, IReport report)
    {
        var lstm = Support.IsLstm(step.Cell);
        using var ours = new TrainingStep(step, settings.Threads);
        python.Prepare(lstm, checkpointed: true, step.Shape);
        var timings = Alternation.Run(_pace, new TimedAction(ours.Run), new TorchRun(python));
        Add(report, step, "vs-torch-checkpoint", $"{Peer(lstm)}, checkpointed{Remark(python)}", timings, 1);
    }

    private void Add(IReport report, StepCase step, string aspect, string against, Timings timings, int peer) =>
        report.Add(new Measurement(Name, $"{step}", timings.Medians[0], "ms")
        {
            Aspect = aspect,
            Theirs = timings.Medians[peer],
            Against = against,
            Runs = timings.Runs,
        });

    private static string Peer(bool lstm) => lstm ? "nn.LSTM" : "nn.GRU";

    private static string Remark(TorchPeer python) => python.HasReferenceBlas ? ", reference BLAS" : "";
}
