using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The states of one layer at one moment, and, where they are asked for, the gradients by them.</summary>
internal sealed class LayerStates : IDisposable
{
    private const int MostRows = 4096;

    private readonly int _stride;

    public LayerStates(CellShape shape, MemoryMeter? meter)
    {
        _stride = shape.StateStride;
        Values = [.. shape.Spec.States.Select(_ => new NativeBuffer<int>(meter))];
        Gradients = [.. shape.Spec.States.Select(_ => new NativeBuffer<float>(meter))];
    }

    /// <summary>Rows that were active.</summary>
    public int Rows { get; set; }

    /// <summary>[B, StateStride] each, in the cell's arithmetic.</summary>
    public NativeBuffer<int>[] Values { get; }

    /// <summary>[B, StateStride] each; empty where nobody has written them.</summary>
    public NativeBuffer<float>[] Gradients { get; }

    public long Bytes
    {
        get
        {
            var bytes = 0L;
            for (var state = 0; state < Values.Length; state++)
                bytes += Values[state].Bytes + Gradients[state].Bytes;
            return bytes;
        }
    }

    /// <summary>Takes on rows of states of the same shape, in an order of its own.</summary>
    public void Gather(LayerStates source, ReadOnlySpan<int> rows)
    {
        Rows = rows.Length;
        for (var state = 0; state < Values.Length; state++)
        {
            Values[state].EnsureLength((long)rows.Length * _stride);
            var from = source.Values[state].Span;
            var to = Values[state].Span;
            for (var row = 0; row < rows.Length; row++)
                from.Slice(rows[row] * _stride, _stride).CopyTo(to[(row * _stride)..]);
        }
    }

    /// <summary>int32 rows, and of each state rows times StateStride values.</summary>
    public void Write(BinaryWriter writer)
    {
        // What a budget of memory has freed is of no batch any more.
        var rows = Array.TrueForAll(Values, values => values.Length >= (long)Rows * _stride) ? Rows : 0;
        writer.Write(rows);
        foreach (var values in Values)
            writer.Write(MemoryMarshal.AsBytes(values.Span[..(rows * _stride)]));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The number of rows is none that a batch can have.</exception>
    public void Read(BinaryReader reader)
    {
        var rows = reader.ReadInt32();
        if (rows is < 0 or > MostRows)
            throw new InvalidDataException($"there are states of {rows} rows");
        Rows = rows;
        foreach (var values in Values)
        {
            values.EnsureLength((long)rows * _stride);
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.Span[..(rows * _stride)]));
        }
    }

    public void Dispose()
    {
        for (var state = 0; state < Values.Length; state++)
        {
            Values[state].Dispose();
            Gradients[state].Dispose();
        }
    }
}
