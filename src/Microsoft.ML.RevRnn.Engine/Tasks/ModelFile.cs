using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Tasks;

/// <summary>
/// The binary form of a network, little-endian:
/// int32 version (2); byte kind of model; byte cell; byte forgetting limit; bool tied embedding; bool skip connections;
/// int32 V, I, H, layers, C (0 for a model without classes);
/// then each parameter's values as float32, row after row without padding: embedding [V, I]; for each layer input [I, N G P], bias [1, N G P] and for each of
/// its N halves hidden [P, G P], where G counts the gates that read what the matrix is for; last a classifier's weight [C, 2 H] and bias [1, C], or a language model's weight [V, H], unless it is the embedding, and
/// bias [1, V]. A content checksum is the container's business.
/// </summary>
internal static class ModelFile
{
    private const int Version = 2;

    public static void WriteHeader(BinaryWriter writer, ModelKind kind, StackOptions options, int classCount = 0)
    {
        writer.Write(Version);
        writer.Write((byte)kind);
        writer.Write((byte)options.Cell);
        writer.Write((byte)options.Limit);
        writer.Write(options.TiesEmbedding);
        writer.Write(options.HasSkips);
        writer.Write(options.Vocabulary);
        writer.Write(options.EmbeddingWidth);
        writer.Write(options.Units);
        writer.Write(options.Layers);
        writer.Write(classCount);
    }

    /// <summary>Reads a header; every size is checked before anything is allocated by it.</summary>
    /// <exception cref="FormatException">The header is damaged, from a newer version, or of another kind of model.</exception>
    public static (StackOptions Options, int ClassCount) ReadHeader(BinaryReader reader, ModelKind kind)
    {
        try
        {
            var version = reader.ReadInt32();
            if (version != Version)
                throw new FormatException($"The network has format version {version}; this library reads version {Version}. A newer library may have written it.");
            var found = (ModelKind)reader.ReadByte();
            if (found != kind)
                throw new FormatException($"The network is of kind {found}; {kind} is expected.");
            var network = new NetworkOptions
            {
                Cell = (CellKind)reader.ReadByte(),
                ForgettingLimit = (ForgettingLimit)reader.ReadByte(),
                TieEmbeddings = reader.ReadBoolean(),
                SkipConnections = reader.ReadBoolean(),
            };
            var vocabulary = reader.ReadInt32();
            network = network with { EmbeddingSize = reader.ReadInt32(), HiddenSize = reader.ReadInt32(), LayerCount = reader.ReadInt32() };
            var classCount = reader.ReadInt32();
            network.Validate();
            OptionCheck.Range("Vocabulary", vocabulary, 2, 10_000_002);
            OptionCheck.Range("ClassCount", classCount, kind == ModelKind.Classifier ? 2 : 0, kind == ModelKind.Classifier ? 10_000_000 : 0);
            var options = Options(network, vocabulary);
            RequireContent(reader, kind, options, classCount);
            return (options, classCount);
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

    public static StackOptions Options(NetworkOptions network, int vocabulary) => new()
    {
        Cell = network.Cell,
        Vocabulary = vocabulary,
        EmbeddingWidth = network.EmbeddingSize,
        Units = network.HiddenSize,
        Layers = network.LayerCount,
        Limit = network.ForgettingLimit,
        TiesEmbedding = network.TieEmbeddings,
        HasSkips = network.SkipConnections,
    };

    public static NetworkOptions Network(StackOptions options) => new()
    {
        Cell = options.Cell,
        EmbeddingSize = options.EmbeddingWidth,
        HiddenSize = options.Units,
        LayerCount = options.Layers,
        ForgettingLimit = options.Limit,
        TieEmbeddings = options.TiesEmbedding,
        SkipConnections = options.HasSkips,
    };

    /// <summary>A damaged size must not make us allocate what the file cannot hold.</summary>
    private static void RequireContent(BinaryReader reader, ModelKind kind, StackOptions options, int classCount)
    {
        var values = (long)options.Vocabulary * options.EmbeddingWidth;
        for (var layer = 0; layer < options.Layers; layer++)
            values += options.Shape(layer).ParameterCount;
        var top = options.UnitsOf(options.Layers - 1);
        values += kind switch
        {
            ModelKind.Classifier => classCount * (2L * top + 1),
            ModelKind.LanguageModel => options.Vocabulary * ((options.TiesEmbedding ? 0L : top) + 1),
            _ => 0,
        };
        var stream = reader.BaseStream;
        if (!stream.CanSeek)
            throw new FormatException("A network can be read from a seekable stream only, so that its size can be checked first.");
        if (stream.Length - stream.Position < values * sizeof(float))
            throw new FormatException($"The network is damaged: {values * sizeof(float)} bytes of parameters are announced, {stream.Length - stream.Position} follow.");
    }
}
