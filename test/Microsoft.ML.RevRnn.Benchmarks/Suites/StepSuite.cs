namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The time of a training step by cell, strategy and shape.</summary>
internal sealed class StepSuite : ISuite
{
    private static readonly TimeSpan _budgetEach = TimeSpan.FromSeconds(1);

    public string Name => "step";

    public string Title => "one training step by cell, strategy and shape";

    public string Method =>
        "Packing of weights, forward, loss sum(outputs * w), backward to weights and inputs; no optimiser. As many inputs as units. "
        + "The strategies of a cell and shape take turns; the ratio is against our own stored training, and with more threads "
        + "against one thread also.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var shape in StepShape.Timed)
        {
            foreach (var cell in Support.Cells)
                Run(cell, shape, settings, report);
        }
    }

    private void Run(CellKind cell, StepShape shape, Settings settings, IReport report)
    {
        var cases = Support.Strategies(cell).Select(strategy => new StepCase(cell, strategy, shape)).ToList();
        var wanted = cases.Where(step => settings.Wants($"{step}")).ToList();
        if (wanted.Count == 0)
            return;
        // Stored training runs along as what the others are compared with, wanted or not.
        if (!wanted.Exists(step => step.Strategy == ActivationStrategy.Stored))
            wanted.Add(cases.Single(step => step.Strategy == ActivationStrategy.Stored));

        var steps = wanted.Select(step => new TrainingStep(step, settings.Threads)).ToList();
        if (settings.Threads > 1)
            steps.AddRange(wanted.Select(step => new TrainingStep(step, threads: 1)));
        var timings = Alternation.Run(new Pace(_budgetEach * steps.Count), [.. steps.Select(step => new TimedAction(step.Run))]);
        steps.ForEach(step => step.Dispose());

        var stored = timings.Medians[wanted.FindIndex(step => step.Strategy == ActivationStrategy.Stored)];
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!settings.Wants($"{wanted[i]}"))
                continue;
            var measurement = new Measurement(Name, $"{wanted[i]}", timings.Medians[i], "ms") { Runs = timings.Runs };
            report.Add(wanted[i].Strategy == ActivationStrategy.Stored
                ? measurement
                : measurement with { Theirs = stored, Against = "our stored training" });
            if (settings.Threads > 1)
            {
                report.Add(measurement with
                {
                    Aspect = "vs-1-thread",
                    Theirs = timings.Medians[wanted.Count + i],
                    Against = "one thread",
                });
            }
        }
    }
}
