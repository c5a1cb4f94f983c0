using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A cell and its units in a comparison of about equally many learned values.</summary>
/// <param name="Kind">The cell.</param>
/// <param name="Units">H.</param>
internal sealed record MemoryCell(CellKind Kind, int Units)
{
    /// <summary>The size that is compared: of the unitary cell the paper's 128 complex units, of others as many units as give no more learned values than 40 of an LSTM.</summary>
    public static MemoryCell Of(CellKind kind, int inputs, int outcomes)
    {
        if (kind == CellKind.Unitary)
            return new MemoryCell(kind, 256);
        var most = Count(CellKind.Lstm, 40);
        var units = 2;
        while (Count(kind, units + 2) <= most)
            units += 2;
        return new MemoryCell(kind, units);

        long Count(CellKind kind, int units) => new CellShape(kind, inputs, units).ParameterCount + outcomes * (units + 1L);
    }
}
