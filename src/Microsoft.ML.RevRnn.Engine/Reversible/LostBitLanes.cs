using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.RevRnn.Reversible;

/// <summary>
/// The lost bits of one block of rows: <see cref="Count"/> interleaved stacks of digits (unit u of any row uses lane u mod Count), and the
/// words that no longer fit into them.
/// </summary>
/// <remarks>
/// A lane is the buffer B of Algorithm 1 (MacKay et al. 2018; Maclaurin et al. 2015), an integer that takes in a base-1024 digit and gives
/// out a base-Z digit at each multiplication, so it grows by log2(1024 / Z) bits: exactly what the gate forgets. The authors let B fill a 64-bit
/// word and flush all units' words together when the first one is full. Here each lane keeps beside B its fill, a bound of B's length in bits, which is
/// advanced by an amount that depends on Z alone. When the fill has grown by 24 bits, the low 24 bits of B move to the word stack and the fill drops
/// again. Backwards the fill is lowered by the same amounts, and going below its start says that a word must be taken back: no flags are stored, no
/// lane waits for another, and the total is the sum of -log2(Z / 1024) but for the rounding of the fill and the lanes themselves.
/// <para>
/// The bound: let N &gt; B be kept as N = 2^(18 + fill), so N is at least 2^18. A multiplication makes B + 1 at most 1024 (B + 1) / Z + 1, which
/// <see cref="FixedPointLanes.LostBits"/> covers by adding at least log2(1 + 2^-18) to the logarithm; so does <see cref="Drop"/> for the floor of
/// moving out. Hence B is below 2^42 between operations and 1024 B + 1023 below 2^52 within one: exact in double precision, division included.
/// </para>
/// </remarks>
internal sealed unsafe class LostBitLanes
{
    /// <summary>Lanes of a block: the widest register's element count, so that results do not depend on the width.</summary>
    public const int Count = 16;

    /// <summary>Fractional bits of the fill.</summary>
    public const int FillScaleBits = 16;

    /// <summary>The fill at which a word is moved out, and by which it then drops: a word's bits, less the rounding of what stays.</summary>
    public const int Drop = (WordBits << FillScaleBits) - 1;

    /// <summary>Bits of a word moved out: three bytes.</summary>
    public const int WordBits = 24;

    private const int WordBytes = WordBits / 8;
    private const int WordMask = (1 << WordBits) - 1;

    private readonly LostBitPages _pages;
    private readonly List<nint> _fullPages = [];
    private byte* _page;
    private int _used;

    public LostBitLanes(LostBitPages pages, double* digits, int* fill)
    {
        _pages = pages;
        Digits = digits;
        Fill = fill;
    }

    /// <summary>B of each lane, an integer below 2^42.</summary>
    public double* Digits { get; }

    /// <summary>Of each lane the bits that B can be longer than 18, scaled by 2^<see cref="FillScaleBits"/>.</summary>
    public int* Fill { get; }

    /// <summary>Whether moved-out words are kept; without, only the forward pass can run (stored activations need no reversal).</summary>
    public bool KeepsWords { get; set; } = true;

    public long WordCount => (long)_fullPages.Count * LostBitPages.WordsPerPage + _used / WordBytes;

    /// <summary>Bits held: the words, and each lane's B and fill.</summary>
    public long StoredBits => WordBits * WordCount + Count * 8L * (sizeof(double) + sizeof(int));

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

    /// <summary>Forgets all words.</summary>
    public void ReturnWords()
    {
        foreach (var page in _fullPages)
            _pages.Return((byte*)page);
        _fullPages.Clear();
        if (_page != null)
            _pages.Return(_page);
        _page = null;
        _used = 0;
    }

    /// <summary>Moves the low words of full lanes out, in ascending order.</summary>
    /// <param name="first">The lane that the lowest bit is of.</param>
    /// <param name="full">A bit for each lane whose fill is at least <see cref="Drop"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void MoveOut(int first, uint full)
    {
        for (; full != 0; full &= full - 1)
        {
            var lane = first + BitOperations.TrailingZeroCount(full);
            Fill[lane] -= Drop;
            var digits = (long)Digits[lane];
            Digits[lane] = digits >> WordBits;
            if (KeepsWords)
                Push((int)digits & WordMask);
        }
    }

    /// <summary>Takes words back, in descending order.</summary>
    /// <param name="first">The lane that the lowest bit is of.</param>
    /// <param name="empty">A bit for each lane whose fill is negative.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void TakeBack(int first, uint empty)
    {
        while (empty != 0)
        {
            var highest = BitOperations.Log2(empty);
            empty ^= 1u << highest;
            var lane = first + highest;
            Fill[lane] += Drop;
            Digits[lane] = ((long)Digits[lane] << WordBits) + Pop();
        }
    }

    private void Push(int word)
    {
        if (_page == null)
        {
            _page = _pages.Rent();
        }
        else if (_used == LostBitPages.WordsPerPage * WordBytes)
        {
            _fullPages.Add((nint)_page);
            _page = _pages.Rent();
            _used = 0;
        }
        var place = _page + _used;
        place[0] = (byte)word;
        place[1] = (byte)(word >> 8);
        place[2] = (byte)(word >> 16);
        _used += WordBytes;
    }

    private int Pop()
    {
        if (_used == 0)
        {
            if (_fullPages.Count == 0)
                throw new ReversalException("The lost-bit store ran empty during reversal.");
            _pages.Return(_page);
            _page = (byte*)_fullPages[^1];
            _fullPages.RemoveAt(_fullPages.Count - 1);
            _used = LostBitPages.WordsPerPage * WordBytes;
        }
        _used -= WordBytes;
        var place = _page + _used;
        return place[0] | place[1] << 8 | place[2] << 16;
    }
}
