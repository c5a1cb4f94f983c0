namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Our training step against PyTorch's, in turns.</summary>
internal sealed class PeersSuite : ISuite
{
    private const long LeastCheckpointedElements = 1_000_000;

    private static readonly Pace _pace = new(TimeSpan.FromSeconds(2));

    public string Name => "peers";

    public string Title => "the same training step in PyTorch";

    public string Method =>
        "Forward from inputs [T, B, I], loss sum(outputs * w), backward to weights and inputs, with nn.LSTM beside RevLstm and Lstm, nn.GRU beside "
        + "RevGru and Gru; vs-torch-checkpoint takes torch.utils.checkpoint over segments of sqrt(T) steps. "
        + "Each run of ours is followed by one of theirs; both have the same number of threads. Times are medians; a ratio below 1 is in our favour.";

    public void Run(Settings settings, IReport report)
    {
        using var peer = TorchPeer.Start(settings.Threads);
        if (peer == null)
        {
            report.Skip("no python3 with torch was found on this machine.");
            return;
        }
        report.Note($"PyTorch {peer.Version}, BLAS: {peer.Blas}.");
        if (peer.HasReferenceBlas)
        {
            report.Note("Attention: this PyTorch multiplies with the reference BLAS, which is many times slower than OpenBLAS. "
                + "The ratios flatter us; install OpenBLAS (Debian: libopenblas0-pthread) and run again.");
        }
        foreach (var shape in StepShape.Timed)
        {
            foreach (var cell in Support.Cells)
            {
                foreach (var strategy in Support.Strategies(cell))
                {
                    Compare(new StepCase(cell, strategy, shape), checkpointed: false, peer, settings, report);
                    Compare(new StepCase(cell, strategy, shape), checkpointed: true, peer, settings, report);
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

    private void Compare(StepCase step, bool checkpointed, TorchPeer peer, Settings settings, IReport report)
    {
        var aspect = "vs-torch" + (checkpointed ? "-checkpoint" : "");
        if (!IsCompared(step, checkpointed) || !settings.Wants($"{step}/{aspect}"))
            return;
        using var ours = new TrainingStep(step, settings.Threads);
        var lstm = Support.IsLstm(step.Cell);
        peer.Prepare(lstm, checkpointed, step.Shape);
        var timings = Alternation.Run(_pace, new TimedAction(ours.Run), new TorchRun(peer));
        report.Add(new Measurement(Name, $"{step}", timings.Medians[0], "ms")
        {
            Aspect = aspect,
            Theirs = timings.Medians[1],
            Against = (lstm ? "nn.LSTM" : "nn.GRU") + (checkpointed ? ", checkpointed" : "") + (peer.HasReferenceBlas ? ", reference BLAS" : ""),
            Runs = timings.Runs,
        });
    }
}
