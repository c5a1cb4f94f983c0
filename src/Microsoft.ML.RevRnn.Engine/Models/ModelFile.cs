using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// The binary form of a network, little-endian:
/// int32 version; byte kind of model; byte cell; byte forgetting limit; bool tied embedding; bool skip connections;
/// int32 V, I, H, layers, C (0 for a model without classes); from version 3 on: bool bidirectional; byte pooling.
/// A network that needs nothing of version 3 is written as version 2.
/// Then each parameter's values as float32, row after row without padding: embedding [V, I]; for each direction and layer input [I, N G P], bias [1, N G P] and for
/// each of its N halves hidden [P, G P]; a head's attention vector [1, D H] if it has one (D directions); last a classifier's weight [C, values of a pooled output]
/// and bias [1, C], a tagger's weight [C, D H] and bias [1, C], or a language model's weight [V, H], unless it is the embedding, and bias [1, V]. A content
/// checksum is the container's business.
/// </summary>
internal static class ModelFile
{
    private const int FirstVersion = 2;
    private const int Version = 3;
    private const long MostPadding = 8;
    private const long AlwaysAllowedBytes = 256L << 20;

    public static void WriteHeader(BinaryWriter writer, ModelKind kind, NetworkShape shape, int outcomes = 0)
    {
        var network = shape.Options;
        var version = network.Bidirectional || network.Pooling != PoolingKind.MeanMax ? Version : FirstVersion;
        writer.Write(version);
        writer.Write((byte)kind);
        writer.Write((byte)network.Cell);
        writer.Write((byte)network.ForgettingLimit);
        writer.Write(network.TieEmbeddings);
        writer.Write(network.SkipConnections);
        writer.Write(shape.Vocabulary);
        writer.Write(network.EmbeddingSize);
        writer.Write(network.HiddenSize);
        writer.Write(network.LayerCount);
        writer.Write(outcomes);
        if (version < Version)
            return;
        writer.Write(network.Bidirectional);
        writer.Write((byte)network.Pooling);
    }

    /// <summary>Reads a header; every size is checked before anything is allocated by it.</summary>
    /// <exception cref="FormatException">The header is damaged, from a newer version, or of another kind of model.</exception>
    public static (NetworkShape Shape, int Outcomes) ReadHeader(BinaryReader reader, ModelKind kind)
    {
        try
        {
            var version = reader.ReadInt32();
            if (version is < FirstVersion or > Version)
            {
                throw new FormatException(
                    $"The network has format version {version}; this library reads versions {FirstVersion} to {Version}. A newer library may have written it.");
            }
            var found = (ModelKind)reader.ReadByte();
            if (found != kind)
                throw new FormatException($"The network is of kind {found}; {kind} is expected.");
            var (shape, outcomes) = ReadShape(reader, version);
            shape.Options.Validate();
            OptionCheck.Range("Vocabulary", shape.Vocabulary, 2, 10_000_002);
            var (least, most) = OutcomeRange(kind);
            OptionCheck.Range("ClassCount", outcomes, least, most);
            RequireContent(reader, kind, shape, outcomes);
            return (shape, outcomes);
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException)
        {
            throw new FormatException("The network is damaged: " + failure.Message, failure);
        }
    }

    public static void WriteParameters(BinaryWriter writer, IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
            parameter.Write(writer);
    }

    /// <exception cref="FormatException">The content ends early or holds values that are not finite.</exception>
    public static void ReadParameters(BinaryReader reader, IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            try
            {
                parameter.Read(reader);
            }
            catch (EndOfStreamException failure)
            {
                throw new FormatException($"The network is damaged: it ends within parameter '{parameter.Name}'.", failure);
            }
        }
    }

    /// <summary>
    /// Whether a table of so many rows takes more than <see cref="AlwaysAllowedBytes"/>, and with its padding more than <see cref="MostPadding"/> times what it holds: a
    /// small file could else ask for very much memory.
    /// </summary>
    public static bool IsOutOfProportion(long rows, int columns, int stride) =>
        stride > MostPadding * columns && rows * stride * sizeof(float) > AlwaysAllowedBytes;

    private static (NetworkShape Shape, int Outcomes) ReadShape(BinaryReader reader, int version)
    {
        var network = new NetworkOptions
        {
            Cell = (CellKind)reader.ReadByte(),
            ForgettingLimit = (ForgettingLimit)reader.ReadByte(),
            TieEmbeddings = reader.ReadBoolean(),
            SkipConnections = reader.ReadBoolean(),
        };
        var vocabulary = reader.ReadInt32();
        network = network with { EmbeddingSize = reader.ReadInt32(), HiddenSize = reader.ReadInt32(), LayerCount = reader.ReadInt32() };
        var outcomes = reader.ReadInt32();
        if (version >= Version)
            network = network with { Bidirectional = reader.ReadBoolean(), Pooling = (PoolingKind)reader.ReadByte() };
        return (new NetworkShape(network, vocabulary), outcomes);
    }

    private static (int Least, int Most) OutcomeRange(ModelKind kind) => kind switch
    {
        ModelKind.Classifier or ModelKind.Tagger => (2, 10_000_000),
        ModelKind.MultiLabelClassifier => (1, 10_000_000),
        _ => (0, 0),
    };

    /// <summary>A damaged size must not make us allocate what the file cannot hold.</summary>
    private static void RequireContent(BinaryReader reader, ModelKind kind, NetworkShape shape, int outcomes)
    {
        var values = (long)shape.Vocabulary * shape.Options.EmbeddingSize;
        for (var layer = 0; layer < shape.Layers; layer++)
            values += shape.Directions * shape.Layer(layer).ParameterCount;
        long top = shape.UnitsOf(shape.Layers - 1);
        values += kind switch
        {
            ModelKind.Classifier or ModelKind.MultiLabelClassifier => outcomes * ((long)Pooling.PartsOf(shape.Options.Pooling) * shape.OutputSize + 1)
                + (shape.Options.Pooling == PoolingKind.Attention ? shape.OutputSize : 0),
            ModelKind.Tagger => outcomes * (shape.OutputSize + 1L),
            ModelKind.LanguageModel => shape.Vocabulary * ((shape.Options.TieEmbeddings ? 0 : top) + 1),
            _ => 0,
        };
        var stream = reader.BaseStream;
        if (!stream.CanSeek)
            throw new FormatException("A network can be read from a seekable stream only, so that its size can be checked first.");
        if (stream.Length - stream.Position < values * sizeof(float))
            throw new FormatException($"The network is damaged: {values * sizeof(float)} bytes of parameters are announced, {stream.Length - stream.Position} follow.");
        if (IsOutOfProportion(shape.Vocabulary, shape.Options.EmbeddingSize, shape.EmbeddingLayout?.StateStride ?? PackedMatrix.RoundUp(shape.Options.EmbeddingSize))
            || IsOutOfProportion(kind == ModelKind.LanguageModel ? shape.Vocabulary : outcomes, shape.OutputSize, shape.OutputStride))
        {
            throw new FormatException("The network is damaged: its memory is out of proportion to its content.");
        }
    }
}
