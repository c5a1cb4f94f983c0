using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// What the forget gates of one layer threw away, by blocks of <see cref="RowsPerBlock"/> rows of the batch. Blocks are independent, so any split
/// of blocks over threads gives the same bits. Within a block, reversal must visit rows and units in exactly the opposite order.
/// </summary>
internal sealed unsafe class LostBitStore : IDisposable
{
    public const int RowsPerBlock = 8;

    private readonly LostBitPages _pages;
    private readonly NativeBuffer<double> _digits;
    private readonly NativeBuffer<int> _fill;
    private LostBitLanes[] _blocks = [];
    private int _blockCount;

    public LostBitStore(MemoryMeter? meter)
    {
        _pages = new LostBitPages(meter);
        _digits = new NativeBuffer<double>(meter);
        _fill = new NativeBuffer<int>(meter);
    }

    public long StoredBits
    {
        get
        {
            var bits = 0L;
            for (var i = 0; i < _blockCount; i++)
                bits += _blocks[i].StoredBits;
            return bits;
        }
    }

    public bool IsEmpty
    {
        get
        {
            for (var i = 0; i < _blockCount; i++)
            {
                if (!_blocks[i].IsEmpty)
                    return false;
            }
            return true;
        }
    }

    /// <summary>The lanes that row <paramref name="row"/> of the batch shares with the rows of its block.</summary>
    public LostBitLanes LanesOfRow(int row) => _blocks[row / RowsPerBlock];

    /// <summary>Whether words moved out are kept from now on.</summary>
    public bool KeepsWords
    {
        set
        {
            for (var i = 0; i < _blockCount; i++)
                _blocks[i].KeepsWords = value;
        }
    }

    /// <summary>The lanes' digits of all blocks in use.</summary>
    public Span<double> Digits => _digits.Span[..(_blockCount * LostBitLanes.Count)];

    /// <summary>The lanes' fills of all blocks in use.</summary>
    public Span<int> Fill => _fill.Span[..(_blockCount * LostBitLanes.Count)];

    /// <summary>Empties the store for a batch of <paramref name="rows"/> rows.</summary>
    public void Reset(int rows, bool keepsWords)
    {
        foreach (var block in _blocks)
            block.ReturnWords();
        _blockCount = (rows + RowsPerBlock - 1) / RowsPerBlock;
        if (_digits.Length < _blockCount * LostBitLanes.Count)
        {
            _digits.EnsureLength(_blockCount * LostBitLanes.Count);
            _fill.EnsureLength(_blockCount * LostBitLanes.Count);
            _blocks = new LostBitLanes[_blockCount];
            for (var i = 0; i < _blockCount; i++)
                _blocks[i] = new LostBitLanes(_pages, _digits.Pointer + i * LostBitLanes.Count, _fill.Pointer + i * LostBitLanes.Count);
        }
        _digits.Clear();
        _fill.Clear();
        KeepsWords = keepsWords;
    }

    public void Dispose()
    {
        _pages.Dispose();
        _digits.Dispose();
        _fill.Dispose();
    }
}
