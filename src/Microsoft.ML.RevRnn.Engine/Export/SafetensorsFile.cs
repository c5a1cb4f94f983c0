using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// The form of a safetensors file: int64 length of the header; the header, JSON that has of each tensor its type, shape and data_offsets, and texts under __metadata__; the tensors, one
/// behind the other. Numbers are little-endian.
/// </summary>
internal sealed class SafetensorsFile
{
    /// <summary>Longer headers are refused, as by the format's own library.</summary>
    private const long MostHeaderBytes = 100_000_000;

    private const string MetadataName = "__metadata__";

    private readonly Stream _stream;
    private readonly long _start;

    private SafetensorsFile(Stream stream, long contentLength, Dictionary<string, string> metadata, Dictionary<string, SafetensorsTensor> tensors)
    {
        _stream = stream;
        _start = stream.Position;
        ContentLength = contentLength;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>Bytes behind the header. Tensors may overlap, so that the sum of theirs says nothing.</summary>
    public long ContentLength { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>Writes a header; the tensors are to follow it.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="metadata">Texts.</param>
    /// <param name="tensors">The tensors, in the order in which they follow.</param>
    public static void WriteHeader(Stream stream, IEnumerable<(string Name, string Value)> metadata, IEnumerable<SafetensorsTensor> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(MetadataName);
            foreach (var (name, value) in metadata)
                writer.WriteString(name, value);
            writer.WriteEndObject();
            foreach (var tensor in tensors)
                Write(writer, tensor);
            writer.WriteEndObject();
        }
        // Tensors begin at a multiple of 8, so that they can be mapped into memory.
        var length = (buffer.WrittenCount + 7) / 8 * 8;
        var head = new byte[sizeof(long) + length];
        BinaryPrimitives.WriteInt64LittleEndian(head, length);
        head.AsSpan(sizeof(long)).Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(head.AsSpan(sizeof(long)));
        stream.Write(head);
    }

    /// <summary>Reads a header, and checks that the file holds what it promises.</summary>
    /// <param name="stream">A seekable stream, from its position to its end.</param>
    /// <exception cref="FormatException">It is no such file, or it is damaged.</exception>
    public static SafetensorsFile Open(Stream stream)
    {
        if (!stream.CanSeek)
            throw new ArgumentException("A file can be read from a seekable stream only, so that sizes can be checked first.", nameof(stream));
        var left = stream.Length - stream.Position - sizeof(long);
        var head = new byte[sizeof(long)];
        if (left < 0)
            throw new FormatException("This is no safetensors file: it has less than 8 bytes.");
        stream.ReadExactly(head);
        var length = BinaryPrimitives.ReadInt64LittleEndian(head);
        if (length < 2 || length > Math.Min(left, MostHeaderBytes))
            throw new FormatException($"This is no safetensors file, or it is damaged: a header of {length} bytes is announced, and {left} follow.");
        var header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            using var document = JsonDocument.Parse(header);
            return Read(stream, document.RootElement, left - length);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new FormatException($"The safetensors file is damaged: its header is not what it should be. {failure.Message}", failure);
        }
    }

    /// <summary>The bytes of a tensor.</summary>
    public byte[] Read(SafetensorsTensor tensor)
    {
        var bytes = new byte[tensor.Length];
        _stream.Position = _start + tensor.Begin;
        _stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Goes through the values of a tensor of floats.</summary>
    /// <exception cref="FormatException">One is not finite.</exception>
    public void Read(SafetensorsTensor tensor, Action<long, float> take)
    {
        const int Piece = 1 << 16;
        var bytes = new byte[Piece];
        _stream.Position = _start + tensor.Begin;
        for (var done = 0L; done < tensor.Length; done += Piece)
        {
            var piece = bytes.AsSpan(0, (int)Math.Min(Piece, tensor.Length - done));
            _stream.ReadExactly(piece);
            for (var i = 0; i < piece.Length; i += sizeof(float))
            {
                var value = BinaryPrimitives.ReadSingleLittleEndian(piece[i..]);
                if (!float.IsFinite(value))
                    throw new FormatException($"The tensor '{tensor.Name}' holds a value that is not finite.");
                take((done + i) / sizeof(float), value);
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, SafetensorsTensor tensor)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.Type);
        writer.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape)
            writer.WriteNumberValue(dimension);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(tensor.Begin);
        writer.WriteNumberValue(tensor.Begin + tensor.Length);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static SafetensorsFile Read(Stream stream, JsonElement header, long contentLength)
    {
        var metadata = new Dictionary<string, string>();
        var tensors = new Dictionary<string, SafetensorsTensor>();
        foreach (var property in header.EnumerateObject())
        {
            if (property.Name != MetadataName)
            {
                tensors[property.Name] = ReadTensor(property, contentLength);
                continue;
            }
            foreach (var entry in property.Value.EnumerateObject())
                metadata[entry.Name] = entry.Value.GetString() ?? "";
        }
        return new SafetensorsFile(stream, contentLength, metadata, tensors);
    }

    private static SafetensorsTensor ReadTensor(JsonProperty property, long contentLength)
    {
        var type = property.Value.GetProperty("dtype").GetString() ?? "";
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(dimension => Number(dimension))];
        long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => Number(offset))];
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > contentLength)
            throw new FormatException($"The safetensors file is damaged: the tensor '{property.Name}' lies outside of it.");
        var size = type switch { "F32" => sizeof(float), "U8" => 1, _ => 0 };
        var length = offsets[1] - offsets[0];
        if (size > 0 && (shape.Any(dimension => dimension < 0) || shape.Aggregate((long)size, (product, dimension) => checked(product * dimension)) != length))
            throw new FormatException($"The safetensors file is damaged: the tensor '{property.Name}' has {length} bytes, which is not what its shape takes.");
        return new(property.Name, type, shape, offsets[0], length);

        long Number(JsonElement element) => element.TryGetInt64(out var number)
            ? number
            : throw new FormatException($"The safetensors file is damaged: the tensor '{property.Name}' has a number that is no integer.");
    }
}
