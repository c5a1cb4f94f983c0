using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>Makes the smaller network of the neurons that are kept: the same kind, its matrices without the rows and columns of the others.</summary>
internal static class NetworkShrinker
{
    /// <param name="network">The whole network; its weights are multiplied by the gates, so that it gives what the smaller one does.</param>
    /// <param name="groups">Its neurons.</param>
    /// <param name="choice">Which are kept.</param>
    /// <param name="create">Makes a network of another shape, whatever its weights.</param>
    public static NetworkParameters Shrink(
        NetworkParameters network, IReadOnlyList<NeuronGroup> groups, NeuronChoice choice, Func<NetworkShape, NetworkParameters> create)
    {
        new GatedWeights(groups).Apply(choice.Gates);
        var options = network.Network.Options;
        // A tied top layer has as many units as a vector has values, whatever the others have.
        var layer = groups.Index().First(group => group.Item is { Layer: not null, IsFixed: false }).Index;
        var smaller = create(network.Network with
        {
            Options = options with { EmbeddingSize = choice.Kept[0].Length, HiddenSize = choice.Kept[layer].Length },
        });
        foreach (var (target, source) in smaller.All.Zip(network.All))
        {
            var rows = Indices(source, inRows: true, groups, choice) ?? Parameter.Identity(source.Rows);
            var columns = Indices(source, inRows: false, groups, choice) ?? Parameter.Identity(source.Columns);
            for (var row = 0; row < rows.Length; row++)
            {
                for (var column = 0; column < columns.Length; column++)
                    target.At(row, column) = source.At(rows[row], columns[column]);
            }
        }
        // Attention pooling divides by the root of the number of units.
        if (smaller.Attention is { } attention)
        {
            var factor = MathF.Sqrt(smaller.Network.Top.Units / (float)network.Network.Top.Units);
            for (var column = 0; column < attention.Columns; column++)
                attention.At(0, column) *= factor;
        }
        return smaller;
    }

    /// <summary>The rows or columns that are kept; null where they are not of neurons, and all are.</summary>
    private static int[]? Indices(Parameter matrix, bool inRows, IReadOnlyList<NeuronGroup> groups, NeuronChoice choice)
    {
        int[] indices =
        [
            .. groups.Index()
                .SelectMany(group => group.Item.Own.Concat(group.Item.Readers)
                    .Where(weights => weights.Parameter == matrix && weights.InRows == inRows)
                    .Select(weights => (Kept: choice.Kept[group.Index], Weights: weights)))
                .OrderBy(part => part.Weights.Index)
                .SelectMany(part => part.Kept
                    .Where(i => i >= part.Weights.Neuron && i < part.Weights.Neuron + part.Weights.Count)
                    .Select(i => part.Weights.Index + i - part.Weights.Neuron)),
        ];
        return indices.Length == 0 ? null : indices;
    }
}
