using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Groups;

/// <summary>Floats of which the upper 16 bits say all: sign, 8 bits of exponent, 7 of the fraction.</summary>
internal static class BFloat16
{
    /// <summary>Rounds to the nearest such floats, halves to those with an even last bit. What is no number stays none.</summary>
    public static void Round(Span<float> values)
    {
        foreach (ref var bits in MemoryMarshal.Cast<float, uint>(values))
        {
            var isNumber = (bits & 0x7FFF_FFFF) <= 0x7F80_0000;
            bits = (isNumber ? bits + 0x7FFF + ((bits >> 16) & 1) : bits | 0x0040_0000) & 0xFFFF_0000;
        }
    }

    /// <summary>The upper halves of rounded floats.</summary>
    public static void Pack(ReadOnlySpan<float> rounded, Span<ushort> target)
    {
        var bits = MemoryMarshal.Cast<float, uint>(rounded);
        for (var i = 0; i < bits.Length; i++)
            target[i] = (ushort)(bits[i] >> 16);
    }

    /// <summary>The floats of upper halves.</summary>
    public static void Unpack(ReadOnlySpan<ushort> packed, Span<float> target)
    {
        var bits = MemoryMarshal.Cast<float, uint>(target);
        for (var i = 0; i < packed.Length; i++)
            bits[i] = (uint)packed[i] << 16;
    }
}
