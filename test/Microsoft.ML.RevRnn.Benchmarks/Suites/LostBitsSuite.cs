using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How near the lost-bit store comes to the information that forget gates throw away, and what an exchange of digits costs.</summary>
internal sealed class LostBitsSuite : ISuite
{
    /// <summary>One full block of rows, which share their lanes: the least that batches of any size but the smallest come down to.</summary>
    private const int Rows = 8;

    private static readonly (ForgettingLimit Limit, string Name)[] _limits =
    [
        (ForgettingLimit.OneBit, "limit1"), (ForgettingLimit.TwoBits, "limit2"), (ForgettingLimit.ThreeBits, "limit3"),
        (ForgettingLimit.FiveBits, "limit5"), (ForgettingLimit.None, "none"),
    ];

    private static readonly int[] _steps = [70, 300, 1000];
    private static readonly int[] _units = [128, 256, 650];

    public string Name => "lostbits";

    public string Title => "stored bits over the information lost, and the cost of an exchange";

    public string Method =>
        $"Bits held after a forward pass, with all lanes and ends, over sum -log2 z; fresh weights, {Rows} rows, where gates are near their middle. "
        + "A case with /B1 has a single row, whose lanes are shared with nobody. Nanoseconds are those of one unit and multiplication, "
        + "on one thread, by the sweeps' own operation over a block of rows of 320 units, the multiplication itself included; "
        + "without lanes it is the one of prediction. Cases with /preimages are of the arithmetic that keeps the preimage's number.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var cell in Support.ReversibleCells)
        {
            foreach (var (limit, name) in _limits)
            {
                foreach (var steps in _steps)
                {
                    foreach (var units in _units)
                        Count(cell, limit, new StepShape(steps, Rows, units), $"{cell}/{name}/T{steps}/H{units}", settings, report);
                }
                Count(cell, limit, new StepShape(_steps[0], 1, _units[0]), $"{cell}/{name}/T{_steps[0]}/H{_units[0]}/B1", settings, report);
                Count(cell, limit, new StepShape(_steps[1], Rows, _units[1]), $"{cell}/{name}/T{_steps[1]}/H{_units[1]}/preimages", settings, report, CellArithmetic.Preimages);
            }
        }
        foreach (var (limit, name) in _limits)
            Time(limit, name, settings, report);
        foreach (var cell in Support.ReversibleCells)
            TimeStep(cell, settings, report);
    }

    private void Count(CellKind cell, ForgettingLimit limit, StepShape shape, string name, Settings settings, IReport report,
        CellArithmetic arithmetic = CellArithmetic.Reversible)
    {
        if (!settings.Wants(name))
            return;
        using var step = new TrainingStep(new StepCase(cell, ActivationStrategy.Reversible, shape) { Arithmetic = arithmetic }, settings.Threads, limit);
        step.Run();
        report.Add(new Measurement(Name, name, step.LostBits, "bits") { Theirs = step.OptimalBits, Against = "sum -log2 z" });
    }

    private void Time(ForgettingLimit limit, string name, Settings settings, IReport report)
    {
        string[] names =
            [$"Multiply/{name}", $"Unmultiply/{name}", $"MultiplyWithoutLanes/{name}", $"Multiply/{name}/preimages", $"Unmultiply/{name}/preimages"];
        if (!names.Any(settings.Wants))
            return;
        using var sweep = ExchangeSweep.For(SimdWidths.Best, limit, CellArithmetic.Reversible);
        using var preimages = ExchangeSweep.For(SimdWidths.Best, limit, CellArithmetic.Preimages);
        ITimed[] subjects =
        [
            new TimedHalf(sweep.Forward, sweep.Back, timeBack: false),
            new TimedHalf(sweep.Forward, sweep.Back, timeBack: true),
            new TimedAction(sweep.Plain),
            new TimedHalf(preimages.Forward, preimages.Back, timeBack: false),
            new TimedHalf(preimages.Forward, preimages.Back, timeBack: true),
        ];
        Alternation.Run(new Pace(TimeSpan.Zero), subjects);
        var timings = Alternation.Run(Pace.Kernels, subjects);
        for (var i = 0; i < names.Length; i++)
        {
            if (!settings.Wants(names[i]))
                continue;
            var nanoseconds = timings.Medians[i] * 1e6 / sweep.Multiplications;
            report.Add(new Measurement(Name, names[i], nanoseconds, "ns") { Aspect = "cost", Runs = timings.Runs });
        }
    }

    /// <summary>What the arithmetic makes of the time of a whole training step.</summary>
    private void TimeStep(CellKind cell, Settings settings, IReport report)
    {
        var shape = new StepShape(_steps[0], 2 * Rows, _units[1]);
        var name = $"{cell}/step/T{shape.Steps}/B{shape.Rows}/H{shape.Units}/preimages";
        if (!settings.Wants(name))
            return;
        var step = new StepCase(cell, ActivationStrategy.Reversible, shape);
        using var exchanging = new TrainingStep(step, settings.Threads);
        using var numbering = new TrainingStep(step with { Arithmetic = CellArithmetic.Preimages }, settings.Threads);
        ITimed[] subjects = [new TimedAction(numbering.Run), new TimedAction(exchanging.Run)];
        Alternation.Run(new Pace(TimeSpan.Zero), subjects);
        var timings = Alternation.Run(Pace.Kernels, subjects);
        report.Add(new Measurement(Name, name, timings.Medians[0], "ms") { Theirs = timings.Medians[1], Against = "exchanged digits", Aspect = "cost", Runs = timings.Runs });
    }
}
