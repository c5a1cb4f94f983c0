using System.Text;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>
/// A message in the wire format of protocol buffers, as far as ONNX needs it: a field is its number and wire type (0 a varint, 2 bytes with their length before them), then
/// its value. Weights are kept as they are given and copied to the stream only.
/// </summary>
internal sealed class ProtoMessage
{
    private readonly List<ReadOnlyMemory<byte>> _chunks = [];

    /// <summary>Bytes.</summary>
    public long Length { get; private set; }

    public ProtoMessage Add(int field, long value) => Append(Varint((ulong)field << 3)).Append(Varint((ulong)value));

    public ProtoMessage Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    public ProtoMessage Add(int field, ReadOnlyMemory<byte> bytes) => AppendHead(field, bytes.Length).Append(bytes);

    public ProtoMessage Add(int field, ProtoMessage message)
    {
        AppendHead(field, message.Length);
        _chunks.AddRange(message._chunks);
        Length += message.Length;
        return this;
    }

    public void WriteTo(Stream stream)
    {
        foreach (var chunk in _chunks)
            stream.Write(chunk.Span);
    }

    public byte[] ToArray()
    {
        var bytes = new MemoryStream(checked((int)Length));
        WriteTo(bytes);
        return bytes.ToArray();
    }

    private ProtoMessage AppendHead(int field, long length) => Append(Varint(((ulong)field << 3) | 2)).Append(Varint((ulong)length));

    private ProtoMessage Append(ReadOnlyMemory<byte> bytes)
    {
        _chunks.Add(bytes);
        Length += bytes.Length;
        return this;
    }

    /// <summary>Seven bits a byte, the low ones first; the high bit says that more follow.</summary>
    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
