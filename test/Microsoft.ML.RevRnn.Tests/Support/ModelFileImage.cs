using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Estimators;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A saved model as bytes: the file, and within it the stream of the RevRnn component.</summary>
internal sealed class ModelFileImage
{
    private static readonly byte[] _modelMark = "REVRNN"u8.ToArray();

    private readonly List<(string Name, byte[] Content)> _entries = [];
    private readonly int _component;

    private ModelFileImage(byte[] file)
    {
        File = file;
        using var archive = new ZipArchive(new MemoryStream(file));
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(content);
            _entries.Add((entry.FullName, content.ToArray()));
        }
        _component = _entries.FindIndex(entry => entry.Content.AsSpan().IndexOf(_modelMark) == SignatureOffset);
    }

    /// <summary>Where in the component's stream ML.NET has the model's signature.</summary>
    public const int SignatureOffset = 0x40;

    /// <summary>Where the version is that a reader must know.</summary>
    public const int ReadableVersionOffset = 0x4C;

    /// <summary>Where the component's own content begins; ML.NET's header comes before it.</summary>
    public const int ContentOffset = 0x100;

    public byte[] File { get; }

    /// <summary>The stream of the RevRnn component, a copy.</summary>
    public byte[] Component => [.. _entries[_component].Content];

    /// <summary>The size of the component's content, checksum included.</summary>
    public int ContentLength => (int)BitConverter.ToInt64(_entries[_component].Content, 0x18);

    public static ModelFileImage Of(ITransformer model)
    {
        using var stream = new MemoryStream();
        Trained.Context.Model.Save(model, Trained.Data().Schema, stream);
        return new ModelFileImage(stream.ToArray());
    }

    /// <summary>What a saved model has of the report of its training.</summary>
    public static byte[] Bytes(TrainingReport report)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            SavedReport.Of(report).Save(writer);
        return stream.ToArray();
    }

    /// <summary>The content of the saved component of a model just trained, without the report, whose memory depends on strategy and threads, and the checksum.</summary>
    public static byte[] ContentWithoutReport(RevRnnTransformer model)
    {
        var image = Of(model);
        var content = image.Component.AsSpan(ContentOffset, image.ContentLength - SHA256.HashSizeInBytes);
        var report = Bytes(model.Report!);
        var at = content.IndexOf(report);
        return [.. content[..at], .. content[(at + report.Length)..]];
    }

    public static ITransformer Load(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return new MLContext().Model.Load(stream, out _);
    }

    /// <summary>Loads the file with changed content, and a checksum that fits it.</summary>
    public ITransformer LoadForged(SpanAction change)
    {
        var component = Component;
        var content = component.AsSpan(ContentOffset, ContentLength - SHA256.HashSizeInBytes);
        change(content);
        SHA256.HashData(content, component.AsSpan(ContentOffset + content.Length, SHA256.HashSizeInBytes));
        return Load(With(component));
    }

    /// <summary>The file with another component in place of the RevRnn one.</summary>
    public byte[] With(byte[] component)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < _entries.Count; i++)
            {
                using var stream = archive.CreateEntry(_entries[i].Name, CompressionLevel.NoCompression).Open();
                stream.Write(i == _component ? component : _entries[i].Content);
            }
        }
        return file.ToArray();
    }

    /// <summary>Changes content.</summary>
    public delegate void SpanAction(Span<byte> content);
}
