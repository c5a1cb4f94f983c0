namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A file on a disk with room for so many bytes.</summary>
internal sealed class FullDiskStream(Stream file, long room) : Stream
{
    public const string Message = "No space left on device";

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void SetLength(long value) => file.SetLength(value);

    public override void Flush() => file.Flush();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (Position + count > room)
            throw new IOException(Message);
        file.Write(buffer, offset, count);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
