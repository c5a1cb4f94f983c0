namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Consecutive steps of a batch, the unit in which inputs are multiplied, activations are recovered and weight gradients are summed.
/// Rows of its steps lie one after another: "flat" rows. A slot is the states of one moment: slot 0 before the first step, then one after each.
/// </summary>
internal readonly struct Chunk(PackedBatch batch, int index, int first, int steps)
{
    public PackedBatch Batch { get; } = batch;

    public int Index { get; } = index;

    /// <summary>First step.</summary>
    public int First { get; } = first;

    public int Steps { get; } = steps;

    /// <summary>Position of the first row among all rows of the batch.</summary>
    public long FlatStart => Batch.FlatOffset(First);

    /// <summary>The tokens of the flat rows.</summary>
    public ReadOnlySpan<int> Tokens => Batch.Tokens.Slice((int)FlatStart, FlatRows);

    /// <summary>Flat rows of the chunk.</summary>
    public int FlatRows => (int)(Batch.FlatOffset(First + Steps) - FlatStart);

    public int SlotRows => ActiveRows(0) + FlatRows;

    /// <summary>Active rows of the chunk's step s.</summary>
    public int ActiveRows(int s) => Batch.ActiveRows(First + s);

    /// <summary>First flat row of step s, within the chunk.</summary>
    public int FlatRow(int s) => (int)(Batch.FlatOffset(First + s) - FlatStart);

    /// <summary>First row of the states before step s, among the slots.</summary>
    public int SlotBefore(int s) => s == 0 ? 0 : SlotAfter(s - 1);

    /// <summary>First row of the states after step s, among the slots.</summary>
    public int SlotAfter(int s) => ActiveRows(0) + FlatRow(s);

    /// <summary>All steps of rows [begin, end).</summary>
    public ChunkPart Part(int begin, int end) => new(0, Steps, begin, end);
}
