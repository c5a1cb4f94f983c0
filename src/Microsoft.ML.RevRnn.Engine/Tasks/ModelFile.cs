using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Tasks;

/// <summary>
/// The binary form of a network, little-endian:
/// int32 version (1); byte cell; byte forgetting limit; int32 V, I, H, layers, C (0 for a model without classes);
/// then each parameter's values as float32, row after row without padding: embedding [V, I]; for each layer input [I, 2 G P], bias [1, 2 G P],
/// hidden1 [P, G P], hidden2 [P, G P]; last the head's weight and bias. A content checksum is the container's business.
/// </summary>
internal static class ModelFile
{
    private const int Version = 1;

    public static void WriteHeader(BinaryWriter writer, StackOptions options, int classCount)
    {
        writer.Write(Version);
        writer.Write((byte)options.Cell);
        writer.Write((byte)options.Limit);
        writer.Write(options.Vocabulary);
        writer.Write(options.EmbeddingWidth);
        writer.Write(options.Units);
        writer.Write(options.Layers);
        writer.Write(classCount);
    }

    /// <summary>Reads a header; every size is checked before anything is allocated by it.</summary>
    /// <exception cref="FormatException">The header is damaged or from a newer version.</exception>
    public static (StackOptions Options, int ClassCount) ReadHeader(BinaryReader reader)
    {
        try
        {
            var version = reader.ReadInt32();
            if (version != Version)
                throw new FormatException($"The network has format version {version}; this library reads version {Version}. A newer library may have written it.");
            var network = new NetworkOptions
            {
                Cell = (CellKind)reader.ReadByte(),
                ForgettingLimit = (ForgettingLimit)reader.ReadByte(),
            };
            var vocabulary = reader.ReadInt32();
            network = network with { EmbeddingSize = reader.ReadInt32(), HiddenSize = reader.ReadInt32(), LayerCount = reader.ReadInt32() };
            var classCount = reader.ReadInt32();
            network.Validate();
            OptionCheck.Range("Vocabulary", vocabulary, 2, 10_000_002);
            OptionCheck.Range("ClassCount", classCount, 0, 10_000_000);
            var options = Options(network, vocabulary);
            RequireContent(reader, options, classCount);
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
    };

    public static NetworkOptions Network(StackOptions options) => new()
    {
        Cell = options.Cell,
        EmbeddingSize = options.EmbeddingWidth,
        HiddenSize = options.Units,
        LayerCount = options.Layers,
        ForgettingLimit = options.Limit,
    };

    /// <summary>A damaged size must not make us allocate what the file cannot hold.</summary>
    private static void RequireContent(BinaryReader reader, StackOptions options, int classCount)
    {
        var values = (long)options.Vocabulary * options.EmbeddingWidth;
        for (var layer = 0; layer < options.Layers; layer++)
        {
            var shape = options.Shape(layer);
            values += 2L * shape.GateCount * shape.Half * (shape.Inputs + 1 + shape.Half);
        }
        values += classCount == 0 ? 0 : classCount * (2L * options.Units + 1);
        var stream = reader.BaseStream;
        if (!stream.CanSeek)
            throw new FormatException("A network can be read from a seekable stream only, so that its size can be checked first.");
        if (stream.Length - stream.Position < values * sizeof(float))
            throw new FormatException($"The network is damaged: {values * sizeof(float)} bytes of parameters are announced, {stream.Length - stream.Position} follow.");
    }
}
