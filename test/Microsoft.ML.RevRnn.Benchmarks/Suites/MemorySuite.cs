namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Activation bytes and the whole process's memory by strategy and length.</summary>
internal sealed class MemorySuite : ISuite
{
    /// <summary>Bytes that autograd holds for each token and unit of nn.LSTM at its peak: 36 saved, and as much again going backward.</summary>
    private const double TorchLstmBytes = 72;

    /// <summary>The length at which the targets are stated.</summary>
    private const int StatedSteps = 1000;

    private static readonly StepShape[] _shapes =
    [
        new(70, 16, 256), new(300, 16, 256), new(StatedSteps, 16, 256), new(3000, 16, 256), new(10_000, 16, 256), new(20_000, 16, 256),
        new(StatedSteps, 64, 650),
    ];

    private static readonly StepShape _longest = new(1_000_000, 1, 256);

    private readonly Dictionary<ActivationStrategy, MemoryCurve> _curves = [];

    public string Name => "memory";

    public string Title => "activation memory and process memory by strategy and length";

    public string Method =>
        "One training step in a process of its own. Bytes are the engine's count of all that depends on the batch, at its most, against our own "
        + "stored training of the same cell and shape; /vs-estimate is against what "
        + "ActivationMemory.Estimate foretells; /rss is the peak resident memory of the whole process, with runtime, weights and tokens; "
        + $"/vs-nn-lstm is in bytes per token and unit, against the {TorchLstmBytes} of nn.LSTM (36 saved by autograd, twice that at its peak). "
        + "A chunk of steps is held whole whatever the strategy, so short and narrow batches save less.";

    public void Run(Settings settings, IReport report)
    {
        _curves.Clear();
        foreach (var cell in Support.Cells)
        {
            foreach (var shape in _shapes)
            {
                if (Support.IsReversible(cell) || shape.Steps == StatedSteps)
                    Compare(cell, shape, settings, report);
            }
        }
        foreach (var cell in Support.ReversibleCells)
            Longest(cell, settings, report);
        Torch(settings, report);
        if (settings.Plot is { } file)
            Plot(file, report);
    }

    private void Compare(CellKind cell, StepShape shape, Settings settings, IReport report)
    {
        var cases = Support.Strategies(cell).Select(strategy => new StepCase(cell, strategy, shape)).ToList();
        if (!cases.Exists(step => settings.Wants($"{step}")))
            return;
        var stored = MemoryChild.Start(cases.Single(step => step.Strategy == ActivationStrategy.Stored), settings.Threads);
        foreach (var step in cases.Where(step => settings.Wants($"{step}")))
        {
            var isStored = step.Strategy == ActivationStrategy.Stored;
            var reading = isStored ? stored : MemoryChild.Start(step, settings.Threads);
            AddToCurve(step, reading);
            var bytes = new Measurement(Name, $"{step}", reading.ActivationBytes, "bytes");
            report.Add(isStored ? bytes : bytes with { Theirs = stored.ActivationBytes, Against = "our stored training" });
            report.Add(new Measurement(Name, $"{step}", reading.ActivationBytes, "bytes")
            {
                Aspect = "vs-estimate",
                Theirs = Estimate(step, settings.Threads),
                Against = "ActivationMemory.Estimate",
            });
            if (shape.Steps < StatedSteps)
                continue;
            var resident = new Measurement(Name, $"{step}", reading.ResidentBytes, "bytes") { Aspect = "rss" };
            report.Add(isStored ? resident : resident with { Theirs = stored.ResidentBytes, Against = "our stored training" });
            report.Add(new Measurement(Name, $"{step}", (double)reading.ActivationBytes / shape.Elements, "B")
            {
                Aspect = "vs-nn-lstm",
                Theirs = TorchLstmBytes,
                Against = "nn.LSTM",
            });
        }
    }

    /// <summary>What the engine foretells for the case.</summary>
    private static double Estimate(StepCase step, int threads)
    {
        var network = new NetworkOptions { Cell = step.Cell, EmbeddingSize = step.Shape.Units, HiddenSize = step.Shape.Units };
        return ActivationMemory.Estimate(network, step.Shape.Rows, step.Shape.Steps, threads, sharesInputs: false)[step.Strategy]!.Value;
    }

    /// <summary>A document of a million tokens, in the strategies that do not keep every step.</summary>
    private void Longest(CellKind cell, Settings settings, IReport report)
    {
        foreach (var strategy in Support.Strategies(cell).Where(Support.IsReversal))
        {
            var step = new StepCase(cell, strategy, _longest);
            if (!settings.Wants($"{step}"))
                continue;
            var reading = MemoryChild.Start(step, settings.Threads);
            report.Add(new Measurement(Name, $"{step}", reading.ActivationBytes, "bytes"));
            report.Add(new Measurement(Name, $"{step}", reading.ResidentBytes, "bytes") { Aspect = "rss" });
        }
    }

    /// <summary>What PyTorch's own process grows by, to check the constant.</summary>
    private void Torch(Settings settings, IReport report)
    {
        var shape = _shapes.First(s => s.Steps == StatedSteps);
        foreach (var lstm in (bool[])[true, false])
        {
            var name = (lstm ? "nn.LSTM" : "nn.GRU") + $"/{shape}";
            if (!settings.Wants(name) || !OperatingSystem.IsLinux())
                continue;
            using var peer = TorchPeer.Start(settings.Threads);
            if (peer == null)
            {
                report.Note("No python3 with torch was found, so its memory was not measured beside ours.");
                return;
            }
            // A small step first: what the library sets up once is not the step's.
            peer.Prepare(lstm, checkpointed: false, new StepShape(4, shape.Rows, shape.Units));
            peer.Run(1);
            peer.Prepare(lstm, checkpointed: false, shape);
            report.Add(new Measurement(Name, name, peer.PeakBytes() / shape.Elements, "B")
            {
                Aspect = "rss-growth",
                Theirs = TorchLstmBytes,
                Against = "what is assumed of nn.LSTM",
            });
        }
    }

    /// <summary>The curves are those of one cell at one width.</summary>
    private void AddToCurve(StepCase step, MemoryReading reading)
    {
        if (step.Cell != CellKind.RevLstm || step.Shape.Units != _shapes[0].Units)
            return;
        if (!_curves.TryGetValue(step.Strategy, out var curve))
        {
            string[] colors = ["#0b7a75", "#6b6b6b", "#c05a00", "#5b3fa8", "#a8324e"];
            _curves.Add(step.Strategy, curve = new MemoryCurve($"{step.Strategy}", colors[(int)step.Strategy % colors.Length], []));
        }
        curve.Points.Add((step.Shape.Steps, reading.ActivationBytes));
    }

    private void Plot(FileInfo file, IReport report)
    {
        if (!_curves.Values.Any(curve => curve.Points.Count > 1))
        {
            report.Note($"Too little was measured to draw {file.Name}.");
            return;
        }
        var shape = _shapes[0];
        var points = _curves.Values.SelectMany(curve => curve.Points).Select(point => point.Steps).Distinct().Order();
        var torch = new MemoryCurve("nn.LSTM", "#222222", [.. points.Select(steps => (steps, TorchLstmBytes * steps * shape.Rows * shape.Units))])
        {
            IsDashed = true,
        };
        File.WriteAllText(file.FullName, MemoryPlot.Draw($"RevLSTM, B = {shape.Rows}, H = {shape.Units}", [.. _curves.Values, torch]));
        report.Note($"The curves are in {file.Name}; nn.LSTM's is reckoned at {TorchLstmBytes} bytes per token and unit.");
    }
}
