using System.Text;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>Reads the metadata of an ONNX file, whoever wrote it; the rest of it is passed over.</summary>
internal static class OnnxFile
{
    private const int MetadataField = 14;

    /// <summary>The entries of metadata_props.</summary>
    /// <param name="stream">A seekable stream, from its position to its end.</param>
    /// <exception cref="FormatException">It is no ONNX file, or it is damaged.</exception>
    public static Dictionary<string, string> ReadMetadata(Stream stream)
    {
        var entries = new Dictionary<string, string>();
        while (stream.Position < stream.Length)
        {
            var tag = ReadVarint(stream);
            var length = ReadLength(stream, tag);
            if (tag == ((MetadataField << 3) | 2))
            {
                var (key, value) = ReadEntry(new MemoryStream(Read(stream, length)));
                entries[key] = value;
            }
            else
            {
                stream.Seek(length, SeekOrigin.Current);
            }
        }
        return entries;
    }

    private static (string Key, string Value) ReadEntry(MemoryStream stream)
    {
        var (key, value) = ("", "");
        while (stream.Position < stream.Length)
        {
            var tag = ReadVarint(stream);
            var content = Read(stream, ReadLength(stream, tag));
            if (tag == ((1 << 3) | 2))
                key = Encoding.UTF8.GetString(content);
            else if (tag == ((2 << 3) | 2))
                value = Encoding.UTF8.GetString(content);
        }
        return (key, value);
    }

    /// <summary>How long the content of a field is; what there is of a varint has been read.</summary>
    private static long ReadLength(Stream stream, ulong tag)
    {
        var type = tag & 7;
        if (type == 0)
            ReadVarint(stream);
        var length = type switch
        {
            0 => 0UL,
            1 => 8UL,
            2 => ReadVarint(stream),
            5 => 4UL,
            _ => throw new FormatException($"This is no ONNX file, or it is damaged: a field has wire type {type}."),
        };
        return length <= (ulong)(stream.Length - stream.Position)
            ? (long)length
            : throw new FormatException($"This is no ONNX file, or it is damaged: a field of {length} bytes is announced, and {stream.Length - stream.Position} follow.");
    }

    private static byte[] Read(Stream stream, long length)
    {
        if (length > Array.MaxLength)
            throw new FormatException($"The file is damaged: an entry of its metadata has {length} bytes.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static ulong ReadVarint(Stream stream)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.ReadByte();
            if (next < 0)
                throw new FormatException("This is no ONNX file, or it is damaged: it ends within a number.");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw new FormatException("This is no ONNX file, or it is damaged: a number has more than 64 bits.");
    }
}
