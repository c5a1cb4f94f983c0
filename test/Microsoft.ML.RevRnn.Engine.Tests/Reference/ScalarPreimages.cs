namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Multiplication that keeps the number of the preimage, in lanes, one at a time and in integers: preimages are found by trying all of them.</summary>
/// <param name="radixBits">By radix n: what a digit adds to the fill.</param>
internal sealed class ScalarPreimages(int[] radixBits)
{
    private const int Drop = (24 << 16) - 1;

    private readonly Stack<uint> _words = new();

    /// <summary>By gate and what is left of the low digit: the least digit that leads there, and how many do.</summary>
    private static readonly (int First, int Count)[][] _preimages = [.. Enumerable.Range(0, 1025).Select(Preimages)];

    public ulong[] Digits { get; } = new ulong[ScalarLanes.Count];

    public int[] Fill { get; } = new int[ScalarLanes.Count];

    public int WordCount => _words.Count;

    public static (int First, int Count) Of(int z, int low) => _preimages[z][low];

    public int Multiply(int state, int z, int lane)
    {
        var (first, count) = Of(z, (state & 1023) * z >> 10);
        Digits[lane] = Digits[lane] * (ulong)count + (ulong)((state & 1023) - first);
        Fill[lane] += radixBits[count];
        if (Fill[lane] >= Drop)
        {
            Fill[lane] -= Drop;
            _words.Push((uint)Digits[lane] & 0xFFFFFF);
            Digits[lane] >>= 24;
        }
        return (int)((long)state * z >> 10);
    }

    private static (int First, int Count)[] Preimages(int z)
    {
        var found = new (int First, int Count)[z];
        for (var digit = 1023; digit >= 0 && z > 0; digit--)
        {
            ref var place = ref found[digit * z >> 10];
            place = (digit, place.Count + 1);
        }
        return found;
    }
}
