namespace Microsoft.ML.RevRnn.Persistence;

/// <summary>
/// Passes everything on, and remembers the first failure of a write. ML.NET completes a model file within a Dispose that swallows exceptions, so
/// a disk that is full by then would go unnoticed.
/// </summary>
internal sealed class FailureRecordingStream(Stream stream) : Stream
{
    /// <summary>What the first write that failed threw.</summary>
    public Exception? Failure { get; private set; }

    public override bool CanRead => stream.CanRead;

    public override bool CanSeek => stream.CanSeek;

    public override bool CanWrite => stream.CanWrite;

    public override long Length => stream.Length;

    public override long Position
    {
        get => stream.Position;
        set => stream.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => stream.Read(buffer);

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

    public override void Flush()
    {
        try
        {
            stream.Flush();
        }
        catch (Exception failure)
        {
            Failure ??= failure;
            throw;
        }
    }

    public override void SetLength(long value)
    {
        try
        {
            stream.SetLength(value);
        }
        catch (Exception failure)
        {
            Failure ??= failure;
            throw;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (Exception failure)
        {
            Failure ??= failure;
            throw;
        }
    }
}
