using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The packed matrix product against the machine's own ceiling.</summary>
internal sealed unsafe class GemmSuite : ISuite
{
    private readonly MatrixKernel _kernel = MatrixKernel.For(SimdWidths.Best);
    private readonly FmaPeak _peak = FmaPeak.For(SimdWidths.Best);

    public string Name => "gemm";

    public string Title => "the packed matrix product against the measured FMA peak";

    public string Method =>
        "One thread. The peak is measured beside each shape, by independent fused multiply-adds in registers of the same width. "
        + "Our right factor is packed beforehand, as in training, where it is packed once an optimiser step; OpenBLAS packs at each call. "
        + "Ratios above 1 are in our favour.";

    public void Run(Settings settings, IReport report)
    {
        var blas = OpenBlas.Find();
        if (blas == null)
            report.Note("There is no libopenblas on this machine, so there is no comparison with it.");
        else
            report.Note($"OpenBLAS: {blas.Description}.");
        WarmUp();
        foreach (var shape in GemmShape.All)
        {
            if (settings.Wants($"{shape}"))
                Compare(shape, blas, report);
        }
    }

    /// <summary>All tiles of the kernel: 12, 8, 4 and 1 rows.</summary>
    private void WarmUp()
    {
        ReadOnlySpan<int> tiles = [12, 8, 4, 1];
        var subjects = new List<ITimed> { new TimedAction(_peak.Run) };
        using var packed = new PackedMatrix(128, 128, _kernel);
        using var a = Random(12 * 128);
        using var c = new NativeBuffer<float>(12 * 128);
        foreach (var rows in tiles)
            subjects.Add(new TimedAction(() => _kernel.Multiply(rows, 128, a.Pointer, 128, 1, packed, 0, 0, 128, null, 0, c.Pointer, 128)));
        Alternation.Run(new Pace(TimeSpan.Zero) { WarmUp = TimeSpan.FromMilliseconds(300) }, [.. subjects]);
    }

    private void Compare(GemmShape shape, OpenBlas? blas, IReport report)
    {
        using var packed = new PackedMatrix(shape.K, shape.N, _kernel);
        using var a = Random((long)shape.M * shape.K);
        using var b = Random((long)shape.K * shape.N);
        using var c = new NativeBuffer<float>((long)shape.M * shape.N);
        packed.Pack(b.Pointer, shape.N, 0, packed.PanelCount);

        var ceiling = new TimedAction(_peak.Run);
        var ours = new TimedAction(() => _kernel.Multiply(
            shape.M, shape.K, a.Pointer, shape.K, 1, packed, 0, 0, shape.N, null, 0, c.Pointer, shape.N));
        var theirs = new TimedAction(() => blas?.Multiply(shape.M, shape.K, shape.N, a.Pointer, b.Pointer, c.Pointer));
        var timings = blas == null ? Alternation.Run(Pace.Kernels, ceiling, ours) : Alternation.Run(Pace.Kernels, ceiling, ours, theirs);

        var rate = Rate(shape.Operations, timings.Medians[1]);
        report.Add(new Measurement(Name, $"{shape}", rate, "GFLOP/s")
        {
            Theirs = Rate(_peak.Operations, timings.Medians[0]),
            Against = "FMA peak",
            Runs = timings.Runs,
        });
        if (blas == null)
            return;
        report.Add(new Measurement(Name, $"{shape}", rate, "GFLOP/s")
        {
            Aspect = "vs-openblas",
            Theirs = Rate(shape.Operations, timings.Medians[2]),
            Against = "OpenBLAS",
            Runs = timings.Runs,
        });
    }

    private static double Rate(double operations, double milliseconds) => operations / milliseconds * 1e-6;

    private static NativeBuffer<float> Random(long length)
    {
        var buffer = new NativeBuffer<float>(length);
        var random = new Random(1);
        foreach (ref var value in buffer.Span)
            value = random.NextSingle() - 0.5f;
        return buffer;
    }
}
