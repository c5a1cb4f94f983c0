using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>What an exported file says about itself in metadata_props. docs/onnx.md lists the names.</summary>
internal static class OnnxMetadata
{
    public const string Format = "revrnn.format";
    public const string Library = "revrnn.version";
    public const string Model = "revrnn.model";
    public const string Cell = "revrnn.cell";
    public const string Arithmetic = "revrnn.arithmetic";
    public const string Input = "revrnn.input";
    public const string Tokenizer = "revrnn.tokenizer";
    public const string TokenKind = "revrnn.tokenKind";
    public const string Lowercase = "revrnn.lowercase";
    public const string Normalization = "revrnn.normalization";
    public const string Vocabulary = "revrnn.vocabulary";
    public const string Classes = "revrnn.classes";
    public const string NGrams = "revrnn.nGrams";

    /// <summary>The version of these names and what they mean.</summary>
    public const string CurrentFormat = "1";

    public static string LibraryVersion { get; } =
        typeof(OnnxMetadata).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <param name="model">The kind of model.</param>
    /// <param name="network">Its network.</param>
    /// <param name="options">Of the export.</param>
    /// <param name="nGrams">Which n-grams it reads; null for none.</param>
    public static List<(string Name, string Value)> Create(string model, NetworkOptions network, OnnxExportOptions options, NGramOptions? nGrams = null)
    {
        var metadata = new List<(string Name, string Value)>
        {
            (Format, CurrentFormat),
            (Library, LibraryVersion),
            (Model, model),
            (Cell, network.Cell.ToString()),
            (Arithmetic, options.Arithmetic.ToString()),
            (Input, options.InputName),
        };
        if (options.Tokenizer is { } tokenizer)
        {
            metadata.Add((TokenKind, tokenizer.Kind.ToString()));
            metadata.Add((Normalization, tokenizer.Normalization.ToString()));
            if (tokenizer is RevRnn.Vocabulary words)
                metadata.Add((Lowercase, words.Lowercase ? "true" : "false"));
            metadata.Add((Vocabulary, Json(writer => WriteTexts(writer, Enumerable.Range(0, tokenizer.Size).Select(tokenizer.Token)))));
            metadata.Add((Tokenizer, Convert.ToBase64String(Saved(tokenizer))));
        }
        if (options.ClassNames is { } names)
            metadata.Add((Classes, Json(writer => WriteTexts(writer, names))));
        if (nGrams != null)
            metadata.Add((NGrams, nGrams.ToText()));
        return metadata;
    }

    private static byte[] Saved(TextTokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        tokenizer.Save(writer);
        return stream.ToArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteTexts(Utf8JsonWriter writer, IEnumerable<string> texts)
    {
        writer.WriteStartArray();
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
