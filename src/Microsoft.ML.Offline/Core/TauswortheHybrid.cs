using System.Numerics;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>
/// Three combined Tausworthe generators and a linear congruential one. A seed gives the same numbers as in ML.NET, and so do the splits
/// and shuffles that are drawn from them.
/// </summary>
internal sealed class TauswortheHybrid : Random
{
    private uint _z1;
    private uint _z2;
    private uint _z3;
    private uint _z4;

    public TauswortheHybrid(State state) => (_z1, _z2, _z3, _z4) = (state.U1, state.U2, state.U3, state.U4);

    public TauswortheHybrid(Random rng)
    {
        _z1 = Seed(rng);
        _z2 = Seed(rng);
        _z3 = Seed(rng);
        _z4 = Word(rng);

        static uint Word(Random rng) => (uint)rng.Next(0x10000) << 16 | (uint)rng.Next(0x10000);

        // A Tausworthe generator must not start in its few lowest states.
        static uint Seed(Random rng)
        {
            uint word;
            do
                word = Word(rng);
            while (word < 128);
            return word;
        }
    }

    /// <inheritdoc/>
    public override int Next()
    {
        uint word = Advance();
        return (int)(word + (word & 0x80000000));
    }

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        Contracts.CheckParam(maxValue >= 0, nameof(maxValue));
        return (int)((ulong)Advance() * (ulong)maxValue >> 32);
    }

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue)
    {
        Contracts.CheckParam(minValue <= maxValue, nameof(minValue));
        return (int)((long)(NextDouble() * ((long)maxValue - minValue)) + minValue);
    }

    /// <inheritdoc/>
    public override float NextSingle() => (Advance() >> 9) * (1f / (1 << 23));

    /// <inheritdoc/>
    public override double NextDouble() => Advance() * (1.0 / (1L << 32));

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref byte value in buffer)
            value = (byte)Next();
    }

    /// <inheritdoc/>
    protected override double Sample() => NextDouble();

    private uint Advance()
    {
        _z1 = Step(_z1, 13, 19, 12, ~0x1u);
        _z2 = Step(_z2, 2, 25, 4, ~0x7u);
        _z3 = Step(_z3, 3, 11, 17, ~0xfu);
        _z4 = 1664525 * _z4 + 1013904223;
        return _z1 ^ _z2 ^ _z3 ^ _z4;

        static uint Step(uint z, int s1, int s2, int s3, uint mask) => (z & mask) << s3 ^ (z << s1 ^ z) >> s2;
    }

    /// <summary>Where a generator stands.</summary>
    public readonly struct State
    {
        public readonly uint U1;
        public readonly uint U2;
        public readonly uint U3;
        public readonly uint U4;

        public State(uint seed)
        {
            U1 = seed;
            U2 = Round(U1, U1);
            U3 = Round(U2, U1);
            U4 = Round(U3, U1);

            // One round of 32-bit MurmurHash3.
            static uint Round(uint hash, uint chunk)
            {
                hash ^= BitOperations.RotateLeft(chunk * 0xCC9E2D51, 15) * 0x1B873593;
                return BitOperations.RotateLeft(hash, 13) * 5 + 0xE6546B64;
            }
        }
    }
}
