using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>Which neurons are kept, as many of each layer and, of a reversible layer, of each half.</summary>
/// <param name="Kept">[group]: their numbers, ascending.</param>
/// <param name="Gates">[group][neuron]: what their values are multiplied by; 0 of those that are cut.</param>
internal sealed record NeuronChoice(int[][] Kept, float[][] Gates)
{
    /// <summary>Gates that say less than this of a neuron are closed where their number is left to them, as in public code of the authors' method.</summary>
    private const double OpenFrom = 0.3;

    /// <summary>Those with the largest gates.</summary>
    public static NeuronChoice Of(IReadOnlyList<NeuronGroup> groups, NeuronGates gates, ShrinkOptions options)
    {
        var scores = groups.Select((_, group) => gates.LogAlpha(group)).ToArray();
        return Of(groups, scores, options, (group, i) => (float)HardConcrete.Final(scores[group][i]));
    }

    /// <summary>Those with the largest product of the norms of their own weights and of their readers' (a plain rival of learned gates).</summary>
    public static NeuronChoice ByMagnitude(IReadOnlyList<NeuronGroup> groups, ShrinkOptions options)
    {
        var scores = groups.Select(group => Squares(group, group.Own).Zip(Squares(group, group.Readers), (own, readers) => own * readers).ToArray()).ToArray();
        return Of(groups, scores, options, (_, _) => 1);
    }

    private static NeuronChoice Of(IReadOnlyList<NeuronGroup> groups, double[][] scores, ShrinkOptions options, Func<int, int, float> gate)
    {
        // A network has one number of units: that of the group which needs most.
        var units = options.KeepFraction is { } keep
            ? Part(groups.Where(group => group is { Layer: not null, IsFixed: false }).Max(group => group.Count), keep, multiple: 2)
            : 2 * groups.Index().Where(group => group.Item is { Layer: not null, IsFixed: false }).Max(group => MostOpen(group.Item, scores[group.Index]));
        var kept = new int[groups.Count][];
        var gates = new float[groups.Count][];
        for (var g = 0; g < kept.Length; g++)
        {
            var (group, ofGroup) = (groups[g], scores[g]);
            var count = group.IsFixed ? group.Count : group.Layer == null ? Part(group.Count, options.InputKeepFraction, multiple: 1) : units;
            var half = group.Count / group.Halves;
            kept[g] = [.. Enumerable.Range(0, group.Halves).SelectMany(h => Enumerable.Range(h * half, half)
                .OrderByDescending(i => ofGroup[i]).ThenBy(i => i).Take(count / group.Halves)).Order()];
            gates[g] = new float[group.Count];
            foreach (var i in kept[g])
                gates[g][i] = group.IsFixed ? 1 : gate(g, i);
        }
        return new NeuronChoice(kept, gates);
    }

    private static int Part(int count, float fraction, int multiple) => Math.Clamp((int)Math.Round(count * (double)fraction / multiple) * multiple, multiple, count);

    /// <summary>Half the units that a group needs: of a reversible layer those of its larger half.</summary>
    private static int MostOpen(NeuronGroup group, double[] a)
    {
        var half = group.Count / group.Halves;
        var most = Enumerable.Range(0, group.Halves).Max(h => Enumerable.Range(h * half, half).Count(i => HardConcrete.Final(a[i]) > OpenFrom));
        return Math.Clamp(group.Halves == 2 ? most : (most + 1) / 2, 1, group.Count / 2);
    }

    private static double[] Squares(NeuronGroup group, IEnumerable<NeuronWeights> all)
    {
        var squares = new double[group.Count];
        foreach (var weights in all)
        {
            for (var i = 0; i < weights.Count; i++)
            {
                squares[weights.Neuron + i] += weights.InRows
                    ? RowMath.SumOfSquares(weights.Parameter.Row(weights.Index + i))
                    : SquaresOfColumn(weights.Parameter, weights.Index + i);
            }
        }
        return squares;
    }

    private static double SquaresOfColumn(Parameter matrix, int column)
    {
        var sum = 0.0;
        for (var row = 0; row < matrix.Rows; row++)
        {
            double value = matrix.At(row, column);
            sum += value * value;
        }
        return sum;
    }
}
