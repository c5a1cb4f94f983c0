namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Weights as whole multiples q s of a scale, q from -127 to 127: symmetric, so that 0 stays 0. A scale has few significant bits and fits into the upper half of a float; q s is then exact as
/// a float, and q is found again from it.
/// </summary>
internal static class Int8
{
    /// <summary>The largest q.</summary>
    public const int Most = 127;

    /// <summary>Significant bits of a scale that is the upper half of a float.</summary>
    public const int ScaleBits = 8;

    private const int FloatBits = 24;

    /// <summary>The least scale of so many bits with which no value is rounded to more than the largest q times it.</summary>
    /// <param name="largest">The largest magnitude among the values.</param>
    /// <param name="bits">Its significant bits, at most <see cref="ScaleBits"/>.</param>
    /// <param name="most">The largest q.</param>
    /// <param name="limit">What its multiples must not exceed; a value beyond the last of them becomes that.</param>
    /// <returns>0 where all values are 0.</returns>
    public static float Scale(float largest, int bits = ScaleBits, int most = Most, float limit = float.MaxValue)
    {
        var step = 1u << (FloatBits - bits);
        var pattern = BitConverter.SingleToUInt32Bits((float)((double)largest / most)) & ~(step - 1);
        while ((double)BitConverter.UInt32BitsToSingle(pattern) * most < largest)
            pattern += step;
        return BitConverter.UInt32BitsToSingle((double)BitConverter.UInt32BitsToSingle(pattern) * most > limit ? pattern - step : pattern);
    }

    /// <summary>q of a value; halves go to even.</summary>
    public static sbyte Round(float value, float scale, int most = Most) => scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(Math.Round(value / (double)scale), -most, most);

    /// <summary>Writes a scale: the upper half of its float32.</summary>
    public static void WriteScale(BinaryWriter writer, float scale) => writer.Write((ushort)(BitConverter.SingleToUInt32Bits(scale) >> 16));

    /// <summary>Reads what <see cref="WriteScale"/> wrote.</summary>
    /// <returns>Null for what is no scale, or one whose multiples exceed the limit.</returns>
    public static float? ReadScale(BinaryReader reader, int most = Most, float limit = float.MaxValue)
    {
        var bits = reader.ReadUInt16();
        var scale = BitConverter.UInt32BitsToSingle((uint)bits << 16);
        // -0 would be a second form of 0.
        return bits >> 15 == 0 && (double)scale * most <= limit ? scale : null;
    }

    /// <summary>Whether a q can be of a scale: none is larger than the largest, and nothing but 0 is a multiple of 0.</summary>
    public static bool IsValid(sbyte q, float scale, int most = Most) => Math.Abs((int)q) <= most && (q == 0 || scale != 0);
}
