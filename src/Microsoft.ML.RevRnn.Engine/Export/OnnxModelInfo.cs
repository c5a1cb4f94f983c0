using System.Text.Json;
using Microsoft.ML.RevRnn.Export;

namespace Microsoft.ML.RevRnn;

/// <summary>What an ONNX file that this library wrote says about itself: what is needed to read text with it. The network stays where it is, for a runtime to load.</summary>
public sealed class OnnxModelInfo
{
    private OnnxModelInfo(Dictionary<string, string> metadata)
    {
        Model = metadata[OnnxMetadata.Model];
        InputName = metadata[OnnxMetadata.Input];
        Tokenizer = metadata.TryGetValue(OnnxMetadata.Tokenizer, out var saved) ? ReadTokenizer(saved) : null;
        ClassNames = metadata.TryGetValue(OnnxMetadata.Classes, out var names) ? ReadTexts(names) : null;
        NGrams = metadata.TryGetValue(OnnxMetadata.NGrams, out var nGrams) ? ReadNGrams(nGrams) : null;
    }

    /// <summary>What is in the file: Classifier, Binary, MultiLabel, Tagger, Features or LanguageModel.</summary>
    public string Model { get; }

    /// <summary>The name of the input that takes the tokens.</summary>
    public string InputName { get; }

    /// <summary>What makes tokens of text; null where the file has none.</summary>
    public TextTokenizer? Tokenizer { get; }

    /// <summary>What classes or labels are called; null where the file does not say.</summary>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The n-grams that it reads beside the tokens; null for none.</summary>
    public NGramOptions? NGrams { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no ONNX file of this library, it is damaged, or a newer library wrote it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxModelInfo Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        return Read(file);
    }

    /// <summary>Reads a file from its beginning to its end, of a seekable stream.</summary>
    /// <exception cref="FormatException">It is no ONNX file of this library, it is damaged, or a newer library wrote it.</exception>
    public static OnnxModelInfo Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
            throw new ArgumentException("A file can be read from a seekable stream only, so that sizes can be checked first.", nameof(stream));
        var metadata = OnnxFile.ReadMetadata(stream);
        if (!metadata.TryGetValue(OnnxMetadata.Format, out var format))
            throw new FormatException($"The file was not written by this library: its metadata has no '{OnnxMetadata.Format}'.");
        if (format != OnnxMetadata.CurrentFormat)
            throw new FormatException($"The file's metadata has format {format}; this library reads {OnnxMetadata.CurrentFormat}. A newer library may have written it.");
        foreach (var name in (ReadOnlySpan<string>)[OnnxMetadata.Model, OnnxMetadata.Input])
        {
            if (!metadata.ContainsKey(name))
                throw new FormatException($"The file is damaged: its metadata has no '{name}'.");
        }
        return new OnnxModelInfo(metadata);
    }

    private static TextTokenizer ReadTokenizer(string saved)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(Convert.FromBase64String(saved)));
            return TextTokenizer.Load(reader);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"The file's tokenizer is damaged. {failure.Message}", failure);
        }
    }

    private static NGramOptions ReadNGrams(string text)
    {
        try
        {
            return NGramOptions.Parse(text);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"The file is damaged. {failure.Message}", failure);
        }
    }

    private static string[] ReadTexts(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(text => text.GetString() ?? "")];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The file is damaged: its names of classes are no list of texts. {failure.Message}", failure);
        }
    }
}
