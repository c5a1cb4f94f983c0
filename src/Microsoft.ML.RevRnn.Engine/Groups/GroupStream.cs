namespace Microsoft.ML.RevRnn.Groups;

/// <summary>What rank 0 reads of a stream, read by all ranks alike: so only rank 0 needs the file.</summary>
/// <param name="group">The ranks.</param>
/// <param name="source">What is read; null for the other ranks.</param>
/// <param name="length">Its length.</param>
internal sealed class GroupStream(IGradientGroup group, Stream? source, long length) : Stream
{
    private const int ChunkLength = 1 << 20;

    private readonly byte[] _chunk = new byte[Math.Min(ChunkLength, length)];
    private int _begin;
    private int _end;
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read - (_end - _begin);
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_begin == _end && !Fill()))
            return 0;
        var count = Math.Min(buffer.Length, _end - _begin);
        _chunk.AsSpan(_begin, count).CopyTo(buffer);
        _begin += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool Fill()
    {
        (_begin, _end) = (0, (int)Math.Min(_chunk.Length, length - _read));
        var chunk = _chunk.AsSpan(0, _end);
        if (chunk.IsEmpty)
            return false;
        source?.ReadExactly(chunk);
        group.Broadcast(chunk, 0);
        _read += _end;
        return true;
    }
}
