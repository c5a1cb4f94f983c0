namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The bounded lost-bit lanes, one lane at a time and in integers: a lane's B and fill, and the stack of words that all lanes share.
/// </summary>
/// <param name="lostBits">By gate Z: what a multiplication adds to the fill.</param>
internal sealed class ScalarLanes(int[] lostBits)
{
    public const int Count = 16;

    private const int Drop = (24 << 16) - 1;

    private readonly Stack<uint> _words = new();

    public ulong[] Digits { get; } = new ulong[Count];

    public int[] Fill { get; } = new int[Count];

    public int WordCount => _words.Count;

    public int Multiply(int state, int z, int lane)
    {
        var taken = Digits[lane] * 1024 + (ulong)(state & 1023);
        Digits[lane] = taken / (ulong)z;
        var result = (state >> 10) * z + (int)(taken % (ulong)z);
        Fill[lane] += lostBits[z];
        if (Fill[lane] >= Drop)
        {
            Fill[lane] -= Drop;
            _words.Push((uint)Digits[lane] & 0xFFFFFF);
            Digits[lane] >>= 24;
        }
        return result;
    }

    public int Unmultiply(int state, int z, int lane)
    {
        Fill[lane] -= lostBits[z];
        if (Fill[lane] < 0)
        {
            Fill[lane] += Drop;
            Digits[lane] = (Digits[lane] << 24) + _words.Pop();
        }
        var quotient = (int)Math.Floor((double)state / z);
        var taken = Digits[lane] * (ulong)z + (ulong)(state - quotient * z);
        Digits[lane] = taken / 1024;
        return quotient * 1024 + (int)(taken % 1024);
    }
}
