using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// One block of lost-bit lanes, and a reversible arithmetic on 16 states at a time, at one register width.
/// </summary>
internal abstract unsafe class EngineLanes : IDisposable
{
    private readonly LostBitPages _pages = new(null);
    private readonly NativeBuffer<double> _digits = new(LostBitLanes.Count);
    private readonly NativeBuffer<int> _fill = new(LostBitLanes.Count);

    protected EngineLanes() => Lanes = new LostBitLanes(_pages, _digits.Pointer, _fill.Pointer);

    public LostBitLanes Lanes { get; }

    public static EngineLanes For(SimdWidth width, CellArithmetic arithmetic = CellArithmetic.Reversible) => (width, arithmetic) switch
    {
        (SimdWidth.Bits512, CellArithmetic.Preimages) => new EngineLanes<F32x16, I32x16, PreimageState<F32x16, I32x16, F64x16>>(),
        (SimdWidth.Bits256, CellArithmetic.Preimages) => new EngineLanes<F32x8, I32x8, PreimageState<F32x8, I32x8, F64x8>>(),
        (_, CellArithmetic.Preimages) => new EngineLanes<F32x4, I32x4, PreimageState<F32x4, I32x4, F64x4>>(),
        (SimdWidth.Bits512, _) => new EngineLanes<F32x16, I32x16, ReversibleState<F32x16, I32x16, F64x16>>(),
        (SimdWidth.Bits256, _) => new EngineLanes<F32x8, I32x8, ReversibleState<F32x8, I32x8, F64x8>>(),
        _ => new EngineLanes<F32x4, I32x4, ReversibleState<F32x4, I32x4, F64x4>>(),
    };

    /// <summary>states[i] times gates[i], lane i, registers in ascending order.</summary>
    public abstract void Multiply(int[] states, int[] gates);

    /// <summary>Undoes it, registers in descending order.</summary>
    public abstract void Unmultiply(int[] states, int[] gates);

    public abstract void Add(int[] states, float[] updates);

    public abstract void Subtract(int[] states, float[] updates);

    public void Dispose()
    {
        _pages.Dispose();
        _digits.Dispose();
        _fill.Dispose();
    }
}
