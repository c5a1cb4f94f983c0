namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>C[M, N] = A[M, K] B[K, N]: M rows of the batch, K units they are read from, N gates.</summary>
internal readonly record struct GemmShape(int M, int K, int N)
{
    /// <summary>The products of a recurrent step, and last those of half a RevLSTM and a RevGRU of 650 units.</summary>
    public static IEnumerable<GemmShape> All
    {
        get
        {
            foreach (var m in (int[])[16, 32, 64])
            {
                foreach (var k in (int[])[128, 256, 512, 1024])
                {
                    foreach (var n in (int[])[512, 1024, 2048, 4096])
                        yield return new GemmShape(m, k, n);
                }
            }
            yield return new GemmShape(64, 325, 1696);
            yield return new GemmShape(64, 325, 1024);
        }
    }

    public double Operations => 2.0 * M * K * N;

    public override string ToString() => $"Packed/M{M}/K{K}/N{N}";
}
