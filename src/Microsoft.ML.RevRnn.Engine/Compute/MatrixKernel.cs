namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Dense matrix product with a packed right factor, specialised to a register width.</summary>
internal abstract unsafe class MatrixKernel
{
    /// <summary>The columns of every buffer a product is written to are padded to a multiple of this, the widest panel.</summary>
    public const int ColumnAlignment = 32;

    /// <summary>Columns of a packed panel.</summary>
    public abstract int PanelWidth { get; }

    public static MatrixKernel For(SimdWidth width) => width.Create<MatrixKernel, Factory>(default);

    /// <summary>C[M, N] = start[M, N] + A[M, K] B[first row ... + K, first column ... + N].</summary>
    /// <param name="m">M, rows of A and C.</param>
    /// <param name="k">K, columns of A and rows of B that are used.</param>
    /// <param name="a">A; element (i, j) at i * aRow + j * aColumn, so a transposed matrix needs no copy.</param>
    /// <param name="aRow">Distance between rows of A, in elements.</param>
    /// <param name="aColumn">Distance between columns of A, in elements.</param>
    /// <param name="b">B, packed.</param>
    /// <param name="firstRow">First row of B to use.</param>
    /// <param name="firstColumn">First column of B to use, a multiple of <see cref="ColumnAlignment"/>.</param>
    /// <param name="columns">N, rounded up to whole panels.</param>
    /// <param name="start">What the product is added to: null for zero, C itself to accumulate, or a bias row with startRow 0.</param>
    /// <param name="startRow">Distance between rows of start, in elements.</param>
    /// <param name="c">C; rows must be padded to <see cref="ColumnAlignment"/>.</param>
    /// <param name="cRow">Distance between rows of C, in elements.</param>
    public abstract void Multiply(
        int m, int k, float* a, nint aRow, nint aColumn, PackedMatrix b, int firstRow, int firstColumn, int columns,
        float* start, nint startRow, float* c, nint cRow);

    /// <summary>Packs <see cref="ColumnAlignment"/> columns of a row-major matrix, all rows of <paramref name="target"/>, and adds its rows to a sum, one after another.</summary>
    /// <param name="source">The first of the columns in the first row.</param>
    /// <param name="rowStride">Distance between rows of the source, in elements.</param>
    /// <param name="target">Receives the columns.</param>
    /// <param name="sum">[ColumnAlignment].</param>
    public abstract void PackAndSum(float* source, nint rowStride, PackedMatrix target, float* sum);

    /// <summary>Adds those rows of a panel that have a slot to a sum's row of that slot, and moves the others together.</summary>
    /// <param name="panel">[rows, PanelWidth].</param>
    /// <param name="slots">Of each row, negative for none.</param>
    /// <param name="sums">[slots, PanelWidth].</param>
    public abstract void TakeRows(float* panel, ReadOnlySpan<int> slots, float* sums);

    private readonly struct Factory : ILaneFactory<MatrixKernel>
    {
        public MatrixKernel Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new MatrixKernel<TFloat, TInt>();
    }
}
