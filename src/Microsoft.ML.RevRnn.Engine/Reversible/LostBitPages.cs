using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// Small fixed-size pages that the word stacks of all blocks of a layer grow by and shrink by, so that a stack holds at most one page
/// more than it fills. Returned pages are used again; nothing is allocated once a training run has seen its largest batch.
/// </summary>
internal sealed unsafe class LostBitPages(MemoryMeter? meter) : IDisposable
{
    public const int WordsPerPage = BytesPerPage * 8 / LostBitLanes.WordBits;

    private const int BytesPerPage = 192;

    private const int PagesPerSlab = 256;

    private readonly Lock _lock = new();
    private readonly List<NativeBuffer<byte>> _slabs = [];
    private readonly Stack<nint> _free = new();

    public byte* Rent()
    {
        lock (_lock)
        {
            if (_free.Count == 0)
            {
                var slab = new NativeBuffer<byte>(PagesPerSlab * BytesPerPage);
                _slabs.Add(slab);
                for (var i = PagesPerSlab - 1; i >= 0; i--)
                    _free.Push((nint)(slab.Pointer + i * BytesPerPage));
            }
            meter?.Add(BytesPerPage);
            return (byte*)_free.Pop();
        }
    }

    public void Return(byte* page)
    {
        lock (_lock)
        {
            _free.Push((nint)page);
            meter?.Add(-BytesPerPage);
        }
    }

    public void Dispose()
    {
        foreach (var slab in _slabs)
            slab.Dispose();
    }
}
