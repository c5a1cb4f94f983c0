using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// The lost bits of one block of rows: <see cref="Count"/> interleaved stacks of digits (unit u of any row uses lane u mod Count), and the
/// words that no longer fit into them.
/// </summary>
/// <remarks>
/// A lane is the buffer B of Algorithm 1 (MacKay et al. 2018; Maclaurin et al. 2015), an integer that takes in a base-1024 digit and gives
/// out a base-Z digit at each multiplication, so it grows by log2(1024 / Z) bits: exactly what the gate forgets. The authors let B fill a 64-bit
/// word and flush all units' words together when the first one is full. Here each lane keeps beside B an upper bound of log2 B, its fill, which is
/// advanced by an amount that depends on Z alone. When the fill reaches 32 bits, the low 32 bits of B move to the word stack and the fill drops by 32.
/// Backwards the fill is lowered by the same amounts, and going below zero says that a word must be taken back: no flags are stored, no unit waits
/// for another, and the total is the sum of -log2(Z / 1024) but for the rounding of the fill and one word a lane.
/// B stays below 2^32 between operations and below 2^42 within one: exact in double precision.
/// </remarks>
internal sealed unsafe class LostBitLanes
{
    /// <summary>Lanes of a block: the widest register's element count, so that results do not depend on the width.</summary>
    public const int Count = 16;

    /// <summary>Fractional bits of the fill.</summary>
    public const int FillScaleBits = 16;

    /// <summary>The fill at which a word is moved out: 32 bits.</summary>
    public const int FullFill = 32 << FillScaleBits;

    private const double WordBase = 4294967296.0;

    private readonly LostBitPages _pages;
    private readonly List<nint> _fullPages = [];
    private uint* _page;
    private int _used;

    public LostBitLanes(LostBitPages pages, double* digits, int* fill)
    {
        _pages = pages;
        Digits = digits;
        Fill = fill;
    }

    /// <summary>B of each lane, an integer below 2^32.</summary>
    public double* Digits { get; }

    /// <summary>Upper bound of log2 B of each lane, scaled by 2^<see cref="FillScaleBits"/>.</summary>
    public int* Fill { get; }

    /// <summary>Whether moved-out words are kept; without, only the forward pass can run (stored activations need no reversal).</summary>
    public bool KeepsWords { get; set; } = true;

    public long WordCount => (long)_fullPages.Count * LostBitPages.WordsPerPage + _used;

    /// <summary>Bits held: the words, and each lane's B and fill.</summary>
    public long StoredBits => 32 * WordCount + Count * (32L + 32L);

    /// <summary>Whether everything that was put in has been taken out again.</summary>
    public bool IsEmpty
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                if (Digits[i] != 0 || Fill[i] != 0)
                    return false;
            }
            return WordCount == 0;
        }
    }

    public void Reset()
    {
        new Span<double>(Digits, Count).Clear();
        new Span<int>(Fill, Count).Clear();
        foreach (var page in _fullPages)
            _pages.Return((uint*)page);
        _fullPages.Clear();
        if (_page != null)
            _pages.Return(_page);
        _page = null;
        _used = 0;
    }

    /// <summary>Moves the low words of the full lanes among <paramref name="count"/> lanes from <paramref name="first"/> out, in ascending order.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void MoveOut(int first, int count)
    {
        for (var lane = first; lane < first + count; lane++)
        {
            if (Fill[lane] < FullFill)
                continue;
            Fill[lane] -= FullFill;
            var digits = (ulong)Digits[lane];
            Digits[lane] = digits >> 32;
            if (KeepsWords)
                Push((uint)digits);
        }
    }

    /// <summary>Takes words back for the lanes whose fill is negative, in descending order.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void TakeBack(int first, int count)
    {
        for (var lane = first + count - 1; lane >= first; lane--)
        {
            if (Fill[lane] >= 0)
                continue;
            Fill[lane] += FullFill;
            Digits[lane] = Digits[lane] * WordBase + Pop();
        }
    }

    private void Push(uint word)
    {
        if (_page == null)
        {
            _page = _pages.Rent();
        }
        else if (_used == LostBitPages.WordsPerPage)
        {
            _fullPages.Add((nint)_page);
            _page = _pages.Rent();
            _used = 0;
        }
        _page[_used++] = word;
    }

    private uint Pop()
    {
        if (_used == 0)
        {
            if (_fullPages.Count == 0)
                throw new ReversalException("The lost-bit store ran empty during reversal.");
            _pages.Return(_page);
            _page = (uint*)_fullPages[^1];
            _fullPages.RemoveAt(_fullPages.Count - 1);
            _used = LostBitPages.WordsPerPage;
        }
        return _page[--_used];
    }
}
