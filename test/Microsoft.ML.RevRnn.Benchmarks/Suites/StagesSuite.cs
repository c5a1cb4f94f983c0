using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What it is worth to take several steps together (Appleyard, Kocisky, Blunsom 2016, Optimizing Performance of Recurrent Neural Networks on GPUs).</summary>
internal sealed class StagesSuite : ISuite
{
    private static readonly ChunkLength _single = new(1, 1, 1);

    private static readonly StepShape[] _shapes = [new(70, 64, 256), new(70, 8, 256), new(70, 4, 128)];

    public string Name => "stages";

    public string Title => "a training step with the products of several steps made together, against each step by itself";

    public string Method =>
        "The steps of the suite of that name, stored or, of reversible cells, reversed, by turns with themselves in chunks of one step: each then makes its own products with the inputs and by the "
        + "weights (stage 1: all gates of a half in one product, their activations in one pass), and the ratio is what chunks are worth (stage 2: those products for some hundred rows at a time). "
        + "Weights are packed once in both.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var shape in _shapes)
        {
            foreach (var cell in Support.Cells)
            {
                var step = new StepCase(cell, Support.IsReversible(cell) ? ActivationStrategy.Reversible : ActivationStrategy.Stored, shape);
                if (settings.Wants($"{step}"))
                    Run(step, settings, report);
            }
        }
    }

    private void Run(StepCase step, Settings settings, IReport report)
    {
        using var together = new TrainingStep(step, settings.Threads);
        using var alone = new TrainingStep(step with { Chunk = _single }, settings.Threads);
        var timings = Alternation.Run(new Pace(TimeSpan.FromSeconds(2)), new TimedAction(together.Run), new TimedAction(alone.Run));
        report.Add(new Measurement(Name, $"{step}", timings.Medians[0], "ms") { Theirs = timings.Medians[1], Against = "each step by itself", Runs = timings.Runs });
    }
}
