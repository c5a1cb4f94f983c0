using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>The learned gates of all groups: drawn for a batch, and moved by Adam on the task's gradient and that of the penalty.</summary>
internal sealed class NeuronGates
{
    /// <summary>Gates begin as good as open, so that selection begins with the trained network: z = 1 without noise.</summary>
    private const double Start = 2.5;
    private const double StartDeviation = 0.1;

    /// <summary>All steps together can move a gate so far: from open to closed, several times.</summary>
    private const double Way = 16;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.99;

    /// <summary>What too many open gates cost, against how many: stiff enough that there are never more than a few hundredths too many.</summary>
    private const double Stiffness = 500;

    private readonly IReadOnlyList<NeuronGroup> _groups;
    private readonly ShrinkOptions _options;
    private readonly double[][] _a;
    private readonly double[][] _slopes;
    private readonly double[][] _first;
    private readonly double[][] _second;
    private readonly int _steps;
    private int _step;

    /// <param name="groups">The neurons.</param>
    /// <param name="options">How many are to be open.</param>
    /// <param name="steps">How often <see cref="Step"/> will be called.</param>
    /// <param name="seed">Of their first values.</param>
    public NeuronGates(IReadOnlyList<NeuronGroup> groups, ShrinkOptions options, int steps, ulong seed)
    {
        (_groups, _options, _steps) = (groups, options, steps);
        _a = Arrays<double>();
        _slopes = Arrays<double>();
        _first = Arrays<double>();
        _second = Arrays<double>();
        Values = Arrays<float>();
        Gradients = Arrays<float>();
        for (var group = 0; group < _a.Length; group++)
        {
            var key = CounterRandom.Key(seed, RandomUse.NeuronGates, (ulong)group);
            // Enough of a normal distribution: the sum of three uniform numbers of variance 1 / 12 each has half the deviation.
            for (var i = 0; i < _a[group].Length; i++)
                _a[group][i] = Start + StartDeviation * 2 * (Uniform(key, 3 * i) + Uniform(key, 3 * i + 1) + Uniform(key, 3 * i + 2) - 1.5);
        }
    }

    /// <summary>[group][neuron]: as drawn last.</summary>
    public float[][] Values { get; }

    /// <summary>[group][neuron]: receives the task's gradient by <see cref="Values"/>.</summary>
    public float[][] Gradients { get; }

    /// <summary>log alpha of a group's gates.</summary>
    public double[] LogAlpha(int group) => _a[group];

    /// <summary>Draws all gates; those of neurons that are not chosen from are 1.</summary>
    public void Draw(ulong seed)
    {
        for (var group = 0; group < _a.Length; group++)
        {
            var key = CounterRandom.Key(seed, RandomUse.NeuronGates, (ulong)group);
            for (var i = 0; i < _a[group].Length; i++)
            {
                var (gate, slope) = _groups[group].IsFixed ? (1, 0) : HardConcrete.Sample(_a[group][i], Math.Max(Uniform(key, i), 1e-7));
                (Values[group][i], _slopes[group][i]) = ((float)gate, slope);
            }
        }
    }

    /// <summary>Moves the gates.</summary>
    public void Step()
    {
        _step++;
        var rate = Math.Clamp(Way / _steps, 0.002, 0.2);
        var open = OpenSums();
        var (correction1, correction2) = (1 - HostMath.Pow(Beta1, _step), 1 - HostMath.Pow(Beta2, _step));
        for (var group = 0; group < _a.Length; group++)
        {
            if (_groups[group].IsFixed)
                continue;
            var half = _groups[group].Count / _groups[group].Halves;
            for (var i = 0; i < _a[group].Length; i++)
            {
                var gradient = Gradients[group][i] * _slopes[group][i] + Penalty(open, group, i / half) * HardConcrete.Open(_a[group][i]).Slope;
                ref var first = ref _first[group][i];
                ref var second = ref _second[group][i];
                first = Beta1 * first + (1 - Beta1) * gradient;
                second = Beta2 * second + (1 - Beta2) * gradient * gradient;
                _a[group][i] -= rate * (first / correction1) / (Math.Sqrt(second / correction2) + 1e-12);
            }
        }
    }

    /// <summary>Of each group and half, how many gates are expected to be open.</summary>
    public double[][] OpenSums() => [.. _groups.Select((group, index) =>
    {
        var sums = new double[group.Halves];
        for (var i = 0; i < group.Count; i++)
            sums[i / (group.Count / group.Halves)] += group.IsFixed ? 1 : HardConcrete.Open(_a[index][i]).Probability;
        return sums;
    })];

    /// <summary>What one more open gate of a half costs.</summary>
    private double Penalty(double[][] open, int group, int half)
    {
        var count = _groups[group].Count / (double)_groups[group].Halves;
        if (_options.KeepFraction is { } keep)
        {
            // The bound falls over the first two thirds of the steps; the rest is for choosing among those that are left.
            var kept = _groups[group].Layer == null ? _options.InputKeepFraction : keep;
            var bound = 1 - (1 - kept) * Math.Min(1, 1.5 * _step / _steps);
            return Stiffness * Math.Max(0, open[group][half] / count - bound) / count;
        }
        var slope = 0.0;
        for (var other = 0; other < _groups.Count; other++)
        {
            if (_groups[other] is not { Layer: { } layer, Below: { } below })
                continue;
            var inputs = open[IndexOf(below)].Sum();
            if (other == group)
                slope += ExpectedWeights.SlopeByUnits(layer, inputs, open[other], half);
            if (below == _groups[group])
                slope += ExpectedWeights.SlopeByInputs(layer, open[other]);
        }
        return _options.Penalty * slope / AllWeights();
    }

    private double AllWeights() => _groups.Where(group => group.Layer != null).Sum(group => ExpectedWeights.Of(
        group.Layer!, group.Below!.Count, [.. Enumerable.Repeat(group.Count / (double)group.Halves, group.Halves)]));

    private int IndexOf(NeuronGroup group) => _groups.Index().First(other => other.Item == group).Index;

    private T[][] Arrays<T>() => [.. _groups.Select(group => new T[group.Count])];

    private static double Uniform(ulong key, int counter) => CounterRandom.Uniform(key, (ulong)counter);
}
