using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The multiplication of states by forget gates alone, over a block of rows and some steps: with lost-bit lanes, its undoing, and without lanes.
/// Within a cell's sweep it cannot be told apart from the gates around it.
/// </summary>
internal abstract class ExchangeSweep : IDisposable
{
    protected const int Units = 320;
    protected const int Steps = 16;

    public abstract long Multiplications { get; }

    public static ExchangeSweep For(SimdWidth width, ForgettingLimit limit, CellArithmetic arithmetic) => width switch
    {
        SimdWidth.Bits512 => For<F32x16, I32x16, F64x16>(limit, arithmetic),
        SimdWidth.Bits256 => For<F32x8, I32x8, F64x8>(limit, arithmetic),
        SimdWidth.Bits128 => For<F32x4, I32x4, F64x4>(limit, arithmetic),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "Unknown register width."),
    };

    /// <summary>Multiplies, digits to the lanes.</summary>
    public abstract void Forward();

    /// <summary>Undoes <see cref="Forward"/>; an exception says that it did not come back to the start.</summary>
    public abstract void Back();

    /// <summary>Multiplies as prediction does, digits thrown away.</summary>
    public abstract void Plain();

    public abstract void Dispose();

    private static ExchangeSweep For<TFloat, TInt, TWide>(ForgettingLimit limit, CellArithmetic arithmetic)
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TWide : struct, IWideLane<TWide, TInt>
        => arithmetic == CellArithmetic.Preimages
            ? new ExchangeSweep<TFloat, TInt, PreimageState<TFloat, TInt, TWide>>(limit)
            : new ExchangeSweep<TFloat, TInt, ReversibleState<TFloat, TInt, TWide>>(limit);
}
