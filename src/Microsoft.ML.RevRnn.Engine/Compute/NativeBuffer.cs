using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// A zeroed array outside the managed heap, aligned to cache lines, so that kernels can hold plain pointers to it.
/// It grows as needed; what it holds is reported to its <see cref="MemoryMeter"/>.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable, IReleasable
    where T : unmanaged
{
    private const nuint Alignment = 64;

    private readonly MemoryMeter? _meter;

    public NativeBuffer(MemoryMeter? meter = null)
    {
        _meter = meter;
        _meter?.Register(this);
    }

    public NativeBuffer(long length, MemoryMeter? meter = null)
        : this(meter) => EnsureLength(length);

    ~NativeBuffer() => Free();

    public T* Pointer { get; private set; }

    public long Length { get; private set; }

    public long Bytes => Length * sizeof(T);

    public Span<T> Span => new(Pointer, checked((int)Length));

    /// <summary>Makes room for <paramref name="length"/> elements; when it must grow, the former content is lost and the new one is zero.</summary>
    public void EnsureLength(long length)
    {
        ObjectDisposedException.ThrowIf(Length < 0, this);
        if (length <= Length)
            return;
        Free();
        var bytes = checked((nuint)length * (nuint)sizeof(T));
        var large = bytes >= HugePages.LeastBytes;
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, large ? HugePages.PageBytes : Alignment);
        if (large)
            HugePages.Prefer(Pointer, bytes);
        NativeMemory.Clear(Pointer, bytes);
        Length = length;
        _meter?.Add(Bytes);
    }

    /// <summary>Frees the memory; the buffer has length 0 and may grow again.</summary>
    public void Release()
    {
        ObjectDisposedException.ThrowIf(Length < 0, this);
        Free();
    }

    public void Clear() => NativeMemory.Clear(Pointer, (nuint)Bytes);

    public void Dispose()
    {
        _meter?.Unregister(this);
        Free();
        Length = -1;
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Pointer == null)
            return;
        _meter?.Add(-Bytes);
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        Length = 0;
    }
}
