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

    private readonly struct Factory : ILaneFactory<MatrixKernel>
    {
        public MatrixKernel Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new MatrixKernel<TFloat, TInt>();
    }
}
