using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The distinct tokens of a step, over all of its shards, in order of first appearance. Each rank knows the data, so that none of it need be exchanged.
/// </summary>
/// <param name="table">Their vectors.</param>
internal sealed class TokenUnion(EmbeddingTable table)
{
    private readonly int[] _slotOf = NoSlots(table);
    private readonly int[] _tokens = new int[table.IsDense ? 0 : table.Value.Rows];

    /// <summary>How many there are; of a dense table none counts.</summary>
    public int Count { get; private set; }

    /// <summary>Values of their gradients.</summary>
    public int Length => Count * table.Stride;

    public void Clear()
    {
        foreach (var token in _tokens.AsSpan(0, Count))
            _slotOf[token] = -1;
        Count = 0;
    }

    /// <summary>Adds a sequence, or what is read in place of an empty one.</summary>
    public void Add(int[] sequence, int emptyToken) => Add(sequence.Length == 0 ? [emptyToken] : sequence);

    public void Add(ReadOnlySpan<int> tokens)
    {
        if (table.IsDense)
            return;
        foreach (var token in tokens)
        {
            if (_slotOf[token] >= 0)
                continue;
            _slotOf[token] = Count;
            _tokens[Count++] = token;
        }
    }

    /// <summary>Adds the table's gradients, times a weight, to those of all these tokens.</summary>
    public void AddGradients(Span<float> target, float weight)
    {
        var stride = table.Stride;
        var touched = table.IsDense ? [] : table.Touched;
        for (var i = 0; i < touched.Length; i++)
        {
            var rows = target.Slice(_slotOf[touched[i]] * stride, stride);
            TensorPrimitives.FusedMultiplyAdd(table.Gradients.Slice(i * stride, stride), weight, rows, rows);
        }
    }

    /// <summary>Makes gradients of these tokens, times a scale, those of the table.</summary>
    public void SetGradients(ReadOnlySpan<float> gradients, float scale)
    {
        if (table.IsDense)
            return;
        table.BeginGradient(_tokens.AsSpan(0, Count));
        TensorPrimitives.Multiply(gradients, scale, table.Gradients);
    }

    private static int[] NoSlots(EmbeddingTable table)
    {
        var slots = new int[table.IsDense ? 0 : table.Value.Rows];
        Array.Fill(slots, -1);
        return slots;
    }
}
