using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What it is worth to take several steps together, and several layers (Appleyard, Kocisky, Blunsom 2016, Optimizing Performance of Recurrent Neural Networks on GPUs).</summary>
internal sealed class StagesSuite : ISuite
{
    private const int WaveLayers = 3;

    private static readonly ChunkLength _single = new(1, 1, 1);

    private static readonly StepShape[] _shapes = [new(70, 64, 256), new(70, 8, 256), new(70, 4, 128)];

    private static readonly StepShape[] _waveShapes = [new(70, 4, 256), new(70, 64, 256)];

    private static readonly StepShape _text = new(20, 1, 256);

    public string Name => "stages";

    public string Title => "a training step with the products of several steps made together, against each step by itself; and with layers side by side, against one after the other";

    public string Method =>
        "The steps of the suite of that name, stored or, of reversible cells, reversed, by turns with themselves in chunks of one step: each then makes its own products with the inputs and by the "
        + "weights (stage 1: all gates of a half in one product, their activations in one pass), and the ratio is what chunks are worth (stage 2: those products for some hundred rows at a time). "
        + "Weights are packed once in both. Names with L3 are of three layers, by turns in a wave (stage 3) and one after the other, a training step or, with \"scored\", the forward pass of prediction; "
        + "they are measured with several threads only, and beside them one thread. A wave takes as many layers at once as there are threads for them: `--threads 8` where there are as many cores, and 2 for the least.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var shape in _shapes)
        {
            foreach (var cell in Support.Cells)
            {
                var step = Step(cell, shape);
                if (settings.Wants($"{step}"))
                    RunChunks(step, settings, report);
            }
        }
        if (settings.Threads == 1)
            return;
        foreach (var shape in _waveShapes)
        {
            foreach (var cell in Support.Cells)
                RunWave(Step(cell, shape) with { Layers = WaveLayers }, isScored: false, settings, report);
        }
        foreach (var cell in Support.Cells)
            RunWave(Step(cell, _text) with { Layers = WaveLayers }, isScored: true, settings, report);
    }

    private static StepCase Step(CellKind cell, StepShape shape) =>
        new(cell, Support.IsReversible(cell) ? ActivationStrategy.Reversible : ActivationStrategy.Stored, shape);

    private void RunChunks(StepCase step, Settings settings, IReport report)
    {
        using var together = new TrainingStep(step, settings.Threads);
        using var alone = new TrainingStep(step with { Chunk = _single }, settings.Threads);
        var timings = Alternation.Run(new Pace(TimeSpan.FromSeconds(2)), new TimedAction(together.Run), new TimedAction(alone.Run));
        report.Add(new Measurement(Name, $"{step}", timings.Medians[0], "ms") { Theirs = timings.Medians[1], Against = "each step by itself", Runs = timings.Runs });
    }

    private void RunWave(StepCase step, bool isScored, Settings settings, IReport report)
    {
        var name = isScored ? $"{step}/scored" : $"{step}";
        if (!settings.Wants(name))
            return;
        if (isScored && Support.IsReversible(step.Cell))
            step = step with { Arithmetic = CellArithmetic.Inference };
        using var wave = new TrainingStep(step, settings.Threads);
        using var sequence = new TrainingStep(step with { Wave = WaveShape.Sequence }, settings.Threads);
        using var alone = new TrainingStep(step, threads: 1);
        foreach (var subject in (TrainingStep[])[wave, sequence, alone])
            subject.PackWeights();
        var timings = isScored
            ? Alternation.Run(new Pace(TimeSpan.FromSeconds(3)), new TimedAction(wave.Score), new TimedAction(sequence.Score), new TimedAction(alone.Score))
            : Alternation.Run(new Pace(TimeSpan.FromSeconds(3)), new TimedAction(wave.Run), new TimedAction(sequence.Run), new TimedAction(alone.Run));
        var measurement = new Measurement(Name, name, timings.Medians[0], "ms") { Runs = timings.Runs };
        report.Add(measurement with { Theirs = timings.Medians[1], Against = "one layer after the other" });
        report.Add(measurement with { Aspect = "vs-1-thread", Theirs = timings.Medians[2], Against = "one thread" });
    }
}
