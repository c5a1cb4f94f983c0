using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>Single values in a model file: text as a string, numbers as their bytes, little-endian.</summary>
internal static class ValueFormat<T>
{
    /// <summary>Whether values of this type are saved.</summary>
    public static bool IsSupported { get; } = typeof(T) == typeof(ReadOnlyMemory<char>) || typeof(T).IsPrimitive;

    /// <summary>Writes a value.</summary>
    public static void Write(BinaryWriter writer, T value)
    {
        if (value is ReadOnlyMemory<char> text)
            writer.Write(text.ToString());
        else
            writer.Write(Bytes(ref value));
    }

    /// <summary>Reads a value.</summary>
    public static T Read(BinaryReader reader)
    {
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
        {
            var text = reader.ReadString().AsMemory();
            return Unsafe.As<ReadOnlyMemory<char>, T>(ref text);
        }

        T value = default!;
        reader.BaseStream.ReadExactly(Bytes(ref value));
        if (typeof(T) == typeof(bool))
            Contracts.CheckDecode(Bytes(ref value)[0] <= 1, "A truth value is corrupt.");
        return value;
    }

    /// <summary>Writes an int32 length and the values.</summary>
    public static void WriteArray(BinaryWriter writer, ReadOnlySpan<T> values)
    {
        writer.Write(values.Length);
        foreach (var value in values)
            Write(writer, value);
    }

    /// <summary>Reads what <see cref="WriteArray"/> wrote.</summary>
    public static T[] ReadArray(BinaryReader reader)
    {
        // Each value takes a byte at least: more values than bytes there cannot be.
        int length = reader.ReadInt32();
        Contracts.CheckDecode(0 <= length && length <= reader.BaseStream.Length - reader.BaseStream.Position, "The length of a list is corrupt.");
        var values = new T[length];
        for (int i = 0; i < length; i++)
            values[i] = Read(reader);
        return values;
    }

    private static Span<byte> Bytes(ref T value)
    {
        if (!typeof(T).IsPrimitive)
            throw Contracts.ExceptNotSupp($"Values of {typeof(T)} are not saved.");
        return MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());
    }
}
