using System.Buffers.Binary;
using System.Numerics;

namespace Microsoft.ML.Offline;

/// <summary>The 32-bit hash function MurmurHash3 of Austin Appleby.</summary>
internal static class MurmurHash3
{
    public static uint Hash(uint seed, ReadOnlySpan<byte> bytes)
    {
        uint hash = seed;
        var rest = bytes;
        for (; rest.Length >= 4; rest = rest[4..])
            hash = BitOperations.RotateLeft(hash ^ Scramble(BinaryPrimitives.ReadUInt32LittleEndian(rest)), 13) * 5 + 0xe6546b64;

        uint tail = 0;
        for (int i = rest.Length - 1; i >= 0; i--)
            tail = tail << 8 | rest[i];
        hash ^= Scramble(tail) ^ (uint)bytes.Length;

        hash = (hash ^ hash >> 16) * 0x85ebca6b;
        hash = (hash ^ hash >> 13) * 0xc2b2ae35;
        return hash ^ hash >> 16;
    }

    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
}
