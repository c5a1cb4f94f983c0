using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Kernels whose memory is libtorch's, and counted.</summary>
/// <param name="device">Has the memory.</param>
/// <param name="kernels">Do the work.</param>
internal sealed class TorchKernels(TorchDevice device, IRecurrentKernels kernels) : IRecurrentKernels
{
    private readonly Dictionary<nint, TorchBuffer> _buffers = [];

    public DeviceLimits Limits => kernels.Limits;

    public long? FreeMemory => kernels.FreeMemory;

    public nint Allocate(long bytes)
    {
        var buffer = device.Bytes(Math.Max(bytes, sizeof(int)));
        _buffers.Add(buffer.Address, buffer);
        return buffer.Address;
    }

    public void Free(nint memory)
    {
        _buffers.Remove(memory, out var buffer);
        buffer!.Dispose();
    }

    public void Clear(nint memory, long bytes) => kernels.Clear(memory, bytes);

    public void Copy(nint source, nint target, long bytes) => kernels.Copy(source, target, bytes);

    public void Upload<T>(ReadOnlySpan<T> source, nint target)
        where T : unmanaged
        => kernels.Upload(source, target);

    public void Download<T>(nint source, Span<T> target)
        where T : unmanaged
        => kernels.Download(source, target);

    public void Pack(nint first, nint second, nint packed, CellShape shape, int depth) => kernels.Pack(first, second, packed, shape, depth);

    public void Multiply(in Product product) => kernels.Multiply(product);

    public void AddRows(nint source, nint target, int rows, int columns, int stride) => kernels.AddRows(source, target, rows, columns, stride);

    public void Forward(CellKind cell, in SweepPlan plan, in Sweep sweep) => kernels.Forward(cell, plan, sweep);

    public void Backward(CellKind cell, in SweepPlan plan, in Sweep sweep) => kernels.Backward(cell, plan, sweep);

    public void AddTokens(in TokenSums sums) => kernels.AddTokens(sums);

    public void Step(OptimizerKind optimizer, in Update update) => kernels.Step(optimizer, update);

    public void Limit(nint values, int count, int rows, float longest) => kernels.Limit(values, count, rows, longest);

    public void Dispose()
    {
        // The kernels are the device's.
    }
}
