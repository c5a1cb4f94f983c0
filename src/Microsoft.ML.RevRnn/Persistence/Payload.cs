using System.Buffers;
using System.Security.Cryptography;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Persistence;

/// <summary>
/// The content of a component in a model file, guarded against damage. In the model block of the component's stream stand:
/// <code>
/// content    what the component writes, to the block's end but for the last 32 bytes
/// checksum   32 bytes: SHA-256 of the content
/// </code>
/// The checksum finds damage, not forgery: what is read is still checked, and nothing is allocated by an unchecked size.
/// </summary>
internal static class Payload
{
    /// <summary>The version of the content that is written where several columns are read.</summary>
    public const uint CurrentVersion = 0x00010003;

    /// <summary>The version where one column is read.</summary>
    public const uint OneColumnVersion = 0x00010002;

    private const int BufferSize = 1 << 16;

    /// <summary>Signatures and version of a component of this library.</summary>
    /// <param name="modelSignature">8 characters, of this component alone.</param>
    /// <param name="loaderSignature">What its LoadableClass attribute says, at most 24 characters.</param>
    public static VersionInfo Version(string modelSignature, string loaderSignature) => new(
        modelSignature,
        verWrittenCur: CurrentVersion,
        verReadableCur: CurrentVersion,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(Payload).Assembly.GetName().Name!,
        loaderSignature: loaderSignature);

    /// <summary>Writes the header's version and the content.</summary>
    /// <param name="context">What ML.NET gives.</param>
    /// <param name="version">Signatures and version.</param>
    /// <param name="isOfOneColumn">Whether one column is read, so that libraries can read the content that know no more.</param>
    /// <param name="writeContent">Writes the content.</param>
    public static void Save(ModelSaveContext context, VersionInfo version, bool isOfOneColumn, Action<BinaryWriter> writeContent)
    {
        context.CheckAtModel();
        context.SetVersionInfo(version);
        if (isOfOneColumn)
        {
            context.Header.ModelVerWritten = OneColumnVersion;
            context.Header.ModelVerReadable = OneColumnVersion;
        }
        context.Writer.Flush();
        using var checksum = SHA256.Create();
        using (var hashed = new CryptoStream(context.Writer.BaseStream, checksum, CryptoStreamMode.Write, leaveOpen: true))
        // The engine writes number by number, which would be slow to hash.
        using (var buffered = new BufferedStream(hashed, BufferSize))
        using (var writer = new BinaryWriter(buffered))
            writeContent(writer);
        context.Writer.Write(checksum.Hash!);
    }

    /// <summary>Checks version and checksum, then reads the content, by the version that it was written in.</summary>
    /// <exception cref="FormatException">The content is damaged, or from a newer version.</exception>
    public static T Load<T>(IHostEnvironment environment, ModelLoadContext context, VersionInfo version, Func<BinaryReader, uint, T> readContent)
    {
        RequireReadable(environment, context, version);
        context.CheckAtModel(version);
        var stream = context.Reader.BaseStream;
        var start = stream.Position;
        var end = start + context.Header.CbModel - SHA256.HashSizeInBytes;
        if (end < start || end > stream.Length || !IsIntact(stream, end))
        {
            throw environment.Process(new FormatException(
                $"The model's part '{version.LoaderSignature}' is damaged: its checksum is not that of its content."));
        }

        stream.Position = start;
        T content;
        try
        {
            content = readContent(context.Reader, context.Header.ModelVerWritten);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw environment.Process(new FormatException(
                $"The model's part '{version.LoaderSignature}' cannot be read. {failure.Message}", failure));
        }
        if (stream.Position != end)
        {
            throw environment.Process(new FormatException(
                $"The model's part '{version.LoaderSignature}' has {end - start} bytes of content; {stream.Position - start} have a meaning."));
        }
        stream.Position = end + SHA256.HashSizeInBytes;
        return content;
    }

    /// <summary>ML.NET checks this too, but its message blames the version of ML.NET.</summary>
    private static void RequireReadable(IHostEnvironment environment, ModelLoadContext context, VersionInfo version)
    {
        if (context.Header.ModelSignature == version.ModelSignature && context.Header.ModelVerReadable > version.VerWrittenCur)
        {
            var library = typeof(Payload).Assembly.GetName();
            throw environment.Process(new FormatException(
                $"The model's part '{version.LoaderSignature}' has format version {context.Header.ModelVerReadable:x}; " +
                $"{library.Name} {library.Version?.ToString(3)} reads up to {version.VerWrittenCur:x}. " +
                $"A newer {library.Name} wrote it; update the package to read it."));
        }
    }

    /// <summary>Whether the checksum at the end is that of what stands between the stream's position and there.</summary>
    private static bool IsIntact(Stream stream, long end)
    {
        using var checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (var left = end - stream.Position; left > 0;)
            {
                var count = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (count == 0)
                    return false;
                checksum.AppendData(buffer, 0, count);
                left -= count;
            }
            var stored = buffer.AsSpan(0, SHA256.HashSizeInBytes);
            return stream.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) == stored.Length
                && stored.SequenceEqual(checksum.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
