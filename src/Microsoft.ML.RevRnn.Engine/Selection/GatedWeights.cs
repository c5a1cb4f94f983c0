using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>
/// Gates on neurons, put into the weights that read them: W := diag(s) W before a batch, and after it dL/ds = sum of W dL/dW, dL/dW := diag(s) dL/dW, W as it was. So any cell is
/// gated by the engine's own passes.
/// </summary>
/// <param name="groups">The neurons.</param>
internal sealed class GatedWeights(IReadOnlyList<NeuronGroup> groups)
{
    private readonly (Parameter Matrix, bool InRows, (int Group, NeuronWeights Weights)[] Parts, float[] Kept)[] _matrices =
    [
        .. groups.Index().Where(group => !group.Item.IsFixed)
            .SelectMany(group => group.Item.Readers.Select(weights => (Group: group.Index, Weights: weights)))
            .GroupBy(part => (part.Weights.Parameter, part.Weights.InRows))
            .Select(parts => (parts.Key.Parameter, parts.Key.InRows, parts.ToArray(), new float[parts.Key.Parameter.Values.Length])),
    ];

    /// <summary>Multiplies weights by the gates [group][neuron].</summary>
    public void Apply(IReadOnlyList<float[]> gates)
    {
        foreach (var (matrix, inRows, parts, kept) in _matrices)
        {
            matrix.Values.CopyTo(kept);
            Scale(matrix, inRows, parts, gates, gradients: false);
        }
    }

    /// <summary>Takes the gates out again.</summary>
    public void Restore()
    {
        foreach (var (matrix, _, _, kept) in _matrices)
            kept.CopyTo(matrix.Values);
    }

    /// <summary>From the gradient by the gated weights, which are restored before, to that by the weights and by the gates.</summary>
    /// <param name="gates">[group][neuron].</param>
    /// <param name="gradients">[group][neuron]: receives the gradient.</param>
    public void Collect(IReadOnlyList<float[]> gates, IReadOnlyList<float[]> gradients)
    {
        foreach (var gradient in gradients)
            Array.Clear(gradient);
        foreach (var (matrix, inRows, parts, _) in _matrices)
        {
            if (inRows)
                AddRows(matrix, parts, gradients);
            else
                AddColumns(matrix, parts, gradients);
            Scale(matrix, inRows, parts, gates, gradients: true);
        }
    }

    private static void AddRows(Parameter matrix, (int Group, NeuronWeights Weights)[] parts, IReadOnlyList<float[]> gradients)
    {
        foreach (var (group, weights) in parts)
        {
            for (var i = 0; i < weights.Count; i++)
                gradients[group][weights.Neuron + i] += RowMath.Dot(matrix.Row(weights.Index + i), matrix.GradientRow(weights.Index + i));
        }
    }

    private static void AddColumns(Parameter matrix, (int Group, NeuronWeights Weights)[] parts, IReadOnlyList<float[]> gradients)
    {
        var sums = new float[matrix.Stride];
        for (var row = 0; row < matrix.Rows; row++)
            TensorPrimitives.FusedMultiplyAdd(matrix.Row(row), matrix.GradientRow(row), sums, sums);
        foreach (var (group, weights) in parts)
        {
            for (var i = 0; i < weights.Count; i++)
                gradients[group][weights.Neuron + i] += sums[matrix.ColumnPosition(weights.Index + i)];
        }
    }

    private static void Scale(Parameter matrix, bool inRows, (int Group, NeuronWeights Weights)[] parts, IReadOnlyList<float[]> gates, bool gradients)
    {
        if (inRows)
        {
            foreach (var (group, weights) in parts)
            {
                for (var i = 0; i < weights.Count; i++)
                {
                    var row = gradients ? matrix.GradientRow(weights.Index + i) : matrix.Row(weights.Index + i);
                    TensorPrimitives.Multiply(row, gates[group][weights.Neuron + i], row);
                }
            }
            return;
        }
        var factors = new float[matrix.Stride];
        Array.Fill(factors, 1);
        foreach (var (group, weights) in parts)
        {
            for (var i = 0; i < weights.Count; i++)
                factors[matrix.ColumnPosition(weights.Index + i)] = gates[group][weights.Neuron + i];
        }
        for (var row = 0; row < matrix.Rows; row++)
        {
            var values = gradients ? matrix.GradientRow(row) : matrix.Row(row);
            TensorPrimitives.Multiply(values, factors, values);
        }
    }
}
