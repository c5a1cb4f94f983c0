using System.IO.Compression;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What is saved, as an entry of a zip has it.</summary>
internal static class Packed
{
    public static long Bytes(Action<BinaryWriter> save)
    {
        using var file = new MemoryStream();
        using (var packed = new DeflateStream(file, CompressionLevel.Optimal, leaveOpen: true))
        using (var writer = new BinaryWriter(packed))
            save(writer);
        return file.Length;
    }
}
