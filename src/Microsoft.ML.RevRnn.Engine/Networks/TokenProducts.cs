using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The first layer's products with the vectors of tokens, with bias, of a network whose weights never change again: those of the tokens that came first, which of any text are most of its
/// tokens, until there is no more room. A product's row does not depend on the rows beside it, so these are the bits that would be computed anew. Safe for use from many threads.
/// </summary>
/// <param name="vocabulary">V.</param>
/// <param name="gateRow">Length of a row.</param>
/// <param name="mostBytes">Bytes at the most: a model has them once, however many sessions there are.</param>
internal sealed unsafe class TokenProducts(int vocabulary, int gateRow, long mostBytes = 32L << 20)
{
    private const int PageRows = 64;

    private const int None = 0;
    private const int Claimed = -1;

    private readonly int _most = (int)Math.Min(vocabulary, mostBytes / (sizeof(float) * (long)gateRow));
    private readonly int[] _placeOf = new int[vocabulary];
    private readonly NativeBuffer<float>?[] _pages = new NativeBuffer<float>?[vocabulary / PageRows + 1];
    private readonly Lock _lock = new();
    private int _count;

    /// <summary>[GateRow] of a token; null for one that is not kept.</summary>
    public float* Find(int token)
    {
        var place = Volatile.Read(ref _placeOf[token]);
        return place > 0 ? Row(place - 1) : null;
    }

    /// <summary>Keeps a token's products, if there is room and nobody else keeps them.</summary>
    public void Keep(int token, float* products)
    {
        if (Volatile.Read(ref _count) >= _most || Interlocked.CompareExchange(ref _placeOf[token], Claimed, None) != None)
            return;
        var place = Interlocked.Increment(ref _count);
        if (place > _most)
            return;
        new ReadOnlySpan<float>(products, gateRow).CopyTo(new Span<float>(Row(place - 1), gateRow));
        Volatile.Write(ref _placeOf[token], place);
    }

    private float* Row(int index)
    {
        var page = Volatile.Read(ref _pages[index / PageRows]) ?? CreatePage(index / PageRows);
        return page.Pointer + (nint)(index % PageRows) * gateRow;
    }

    private NativeBuffer<float> CreatePage(int index)
    {
        lock (_lock)
        {
            var page = _pages[index] ?? new NativeBuffer<float>((long)PageRows * gateRow);
            Volatile.Write(ref _pages[index], page);
            return page;
        }
    }
}
