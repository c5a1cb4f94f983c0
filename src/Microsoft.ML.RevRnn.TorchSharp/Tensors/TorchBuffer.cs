using Microsoft.ML.RevRnn.Compute;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>A tensor that stays, with its address for the kernels; its bytes are reported to an account.</summary>
internal sealed class TorchBuffer : IDisposable
{
    private readonly TorchDevice _device;
    private readonly MemoryMeter? _meter;

    /// <param name="device">Where it lies.</param>
    /// <param name="tensor">This object's from now on.</param>
    /// <param name="meter">Counts it; null for nobody.</param>
    public TorchBuffer(TorchDevice device, Tensor tensor, MemoryMeter? meter)
    {
        _device = device;
        _meter = meter;
        // It must outlive the scope that it is made in.
        Tensor = tensor.DetachFromDisposeScope();
        Bytes = tensor.NumberOfElements * tensor.element_size();
        Address = AddressOf(tensor);
        _meter?.Add(Bytes);
        _device.Held++;
    }

    public Tensor Tensor { get; }

    public nint Address { get; }

    public long Bytes { get; }

    public void Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
        => _device.Kernels.Upload(values, Address);

    public void Download<T>(Span<T> values)
        where T : unmanaged
        => _device.Kernels.Download(Address, values);

    public void Clear() => _device.Kernels.Clear(Address, Bytes);

    public void Dispose()
    {
        if (Tensor.IsInvalid)
            return;
        Tensor.Dispose();
        _meter?.Add(-Bytes);
        _device.Held--;
    }

    /// <summary>A storage's address is where it begins, not where the tensor does.</summary>
    private static nint AddressOf(Tensor tensor)
    {
        var offset = (nint)(tensor.storage_offset() * tensor.element_size());
        return offset + tensor.dtype switch
        {
            ScalarType.Float32 => AddressOf<float>(tensor),
            ScalarType.Int32 => AddressOf<int>(tensor),
            ScalarType.Int64 => AddressOf<long>(tensor),
            ScalarType.Float64 => AddressOf<double>(tensor),
            var type => throw new NotSupportedException($"A buffer cannot be of {type}."),
        };
    }

    private static nint AddressOf<T>(Tensor tensor)
        where T : unmanaged
    {
        // The storage holds another reference to the tensor, which only a scope ends.
        using var scope = NewDisposeScope();
        using var storage = tensor.storage<T>();
        return storage.data_ptr();
    }
}
