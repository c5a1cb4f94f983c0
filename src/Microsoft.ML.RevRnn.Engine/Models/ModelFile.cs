using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// The binary form of a network, little-endian:
/// int32 version; byte kind of model; byte cell, and in its two highest bits the structure; byte forgetting limit; of a leaky cell bool learned time constants, of a nested one byte depth, of a mixed one byte 128 + sets (without 128 the sets were mixed, which is not done any more); bool tied embedding; bool skip connections;
/// int32 V, I, H, layers, C (0 for a model without classes); from version 3 on: bool bidirectional; byte pooling; from version 4 on: int32 F.
/// A network is written in the first version that has what it needs: version 4 has classifiers with features, and pooled encoders; version 5 classifiers with n-grams,
/// whose part (NGramPart, NGramWeights) follows the parameters; version 6 translations, of which V and C are the source and the target tokens, and which have byte context; byte
/// score; int32 slice size; bool shared vocabulary behind F; version 7 any model of 8 bits, which has byte precision (1); bool whether n-grams follow behind F.
/// A conditioned language model has byte use and int32 C of its context behind all that, in whatever version; its maps (ContextParameters) follow the layers.
/// Of F features float32 means [F] and deviations [F].
/// Then each parameter's values as float32, row after row without padding: embedding [V, I]; for each direction and layer input [I, N G P], bias [1, N G P] and for
/// each of its N halves hidden [P, G P]; a head's attention vector [1, D H] if it has one (D directions); last a classifier's weight [C, values of a pooled output]
/// and bias [1, C], and of its features [C, F]; a tagger's weight [C, D H] and bias [1, C], or a language model's weight [V, H], unless it is the embedding, and bias
/// [1, V]. In version 7 matrices, which are what has more than one row, have bfloat16 scales and int8 values instead, see Parameter.Write. A content checksum is the container's
/// business.
/// </summary>
internal static class ModelFile
{
    private const int FirstVersion = 2;
    private const int ShapeVersion = 3;
    private const int FeaturesVersion = 4;
    private const int NGramsVersion = 5;
    private const int TranslationVersion = 6;
    private const int Version = 7;
    private const int StructureShift = 6;
    private const long MostPadding = 8;
    private const long AlwaysAllowedBytes = 256L << 20;

    public static void WriteHeader(BinaryWriter writer, ModelHeader header)
    {
        var (kind, shape, outcomes, features) = header;
        var network = shape.Options;
        var version = VersionOf(header);
        writer.Write(version);
        writer.Write((byte)kind);
        writer.Write((byte)((int)network.Cell | (int)network.Structure << StructureShift));
        writer.Write((byte)network.ForgettingLimit);
        if (HasTimeConstants(network.Cell))
            writer.Write(network.LearnsTimeConstants);
        if (network.Cell == CellKind.NestedLstm)
            writer.Write((byte)network.NestingDepth);
        if (network.Cell == CellKind.MixedGru)
            MixtureForm.Write(writer, network.MixtureSize);
        writer.Write(network.TieEmbeddings);
        writer.Write(network.SkipConnections);
        writer.Write(shape.Vocabulary);
        writer.Write(network.EmbeddingSize);
        writer.Write(network.HiddenSize);
        writer.Write(network.LayerCount);
        writer.Write(outcomes);
        if (version >= ShapeVersion)
        {
            writer.Write(network.Bidirectional);
            writer.Write((byte)network.Pooling);
        }
        if (version >= FeaturesVersion)
            writer.Write(features);
        if (version >= Version)
        {
            writer.Write((byte)header.Precision);
            writer.Write(header.HasNGrams);
        }
        if (shape.Context is { } context)
        {
            writer.Write((byte)context.Use);
            writer.Write(context.Size);
        }
    }

    /// <summary>Reads a header; every size is checked before anything is allocated by it.</summary>
    /// <exception cref="FormatException">The header is damaged, from a newer version, or of another kind of model.</exception>
    public static ModelHeader ReadHeader(BinaryReader reader, params ReadOnlySpan<ModelKind> kinds)
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
            if (!kinds.Contains(found))
                throw new FormatException($"The network is of kind {found}; {kinds[0]} is expected.");
            if (version < Version && (version == TranslationVersion) != (found == ModelKind.Translation))
                throw new FormatException($"The network is damaged: one of kind {found} is not of format version {version}.");
            var header = ReadShape(reader, version, found);
            CheckRanges(header);
            header.Shape.Context?.Validate();
            if (header.Translation is { } translation)
                RequireContent(reader, translation, header);
            else
                RequireContent(reader, header);
            return header;
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException)
        {
            throw new FormatException("The network is damaged: " + failure.Message, failure);
        }
    }

    /// <summary>Checks every number of a header by itself.</summary>
    /// <exception cref="ArgumentException">One is out of its range.</exception>
    public static void CheckRanges(ModelHeader header)
    {
        header.Shape.Options.Validate();
        if (!IsClassifier(header.Kind) && header.Kind != ModelKind.PooledEncoder)
            header.Shape.Options.RequireSequence($"a model of kind {header.Kind}");
        OptionCheck.Range("Vocabulary", header.Shape.Vocabulary, 2, 10_000_002);
        if (header.HasNGrams && !IsClassifier(header.Kind))
            throw new ArgumentException($"a model of kind {header.Kind} reads no n-grams.", nameof(header));
        var (least, most) = OutcomeRange(header.Kind);
        OptionCheck.Range("ClassCount", header.Outcomes, least, most);
        OptionCheck.Range("FeatureCount", header.Features, 0, IsClassifier(header.Kind) ? DenseFeatures.MaximumCount : 0);
    }

    public static void WriteParameters(BinaryWriter writer, IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
            parameter.Write(writer);
    }

    /// <summary>Reads a classifier of whole sequences.</summary>
    /// <exception cref="FormatException">The content is damaged, from a newer version, or of another kind of model.</exception>
    public static (NetworkParameters Parameters, NGramPart? NGrams) ReadClassifier(BinaryReader reader, ModelKind kind)
    {
        var header = ReadHeader(reader, kind);
        var (_, shape, outcomes, features) = header;
        var parameters = NetworkParameters.OfSequences(shape, outcomes, features > 0 ? DenseFeatures.ReadMoments(reader, outcomes, features) : null);
        ReadParameters(reader, parameters.All, header.Precision);
        return (parameters, header.HasNGrams ? NGramPart.Load(reader, outcomes, header.Precision) : null);
    }

    /// <exception cref="FormatException">The content ends early or holds what is no value.</exception>
    public static void ReadParameters(BinaryReader reader, IEnumerable<Parameter> parameters, WeightPrecision precision)
    {
        foreach (var parameter in parameters)
        {
            try
            {
                parameter.Read(reader, precision);
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

    private static ModelHeader ReadShape(BinaryReader reader, int version, ModelKind kind)
    {
        var cell = reader.ReadByte();
        var network = new NetworkOptions
        {
            Cell = (CellKind)(cell & (1 << StructureShift) - 1),
            Structure = (NetworkStructure)(cell >> StructureShift),
            ForgettingLimit = (ForgettingLimit)reader.ReadByte(),
        };
        if (HasTimeConstants(network.Cell))
            network = network with { LearnsTimeConstants = reader.ReadBoolean() };
        if (network.Cell == CellKind.NestedLstm)
            network = network with { NestingDepth = reader.ReadByte() };
        if (network.Cell == CellKind.MixedGru)
            network = network with { MixtureSize = MixtureForm.Read(reader) };
        network = network with
        {
            TieEmbeddings = reader.ReadBoolean(),
            SkipConnections = reader.ReadBoolean(),
            // The only one before files said which.
            Pooling = PoolingKind.MeanMax,
        };
        var vocabulary = reader.ReadInt32();
        network = network with { EmbeddingSize = reader.ReadInt32(), HiddenSize = reader.ReadInt32(), LayerCount = reader.ReadInt32() };
        var outcomes = reader.ReadInt32();
        if (version >= ShapeVersion)
            network = network with { Bidirectional = reader.ReadBoolean(), Pooling = (PoolingKind)reader.ReadByte() };
        var features = version >= FeaturesVersion ? reader.ReadInt32() : 0;
        var (precision, hasNGrams) = (WeightPrecision.Single, version >= NGramsVersion && IsClassifier(kind));
        if (version >= Version)
            (precision, hasNGrams) = (ReadPrecision(reader), reader.ReadBoolean());
        var feedsBack = kind == ModelKind.FeedbackTagger;
        network = network with { Feedback = feedsBack ? FeedbackKind.Output : FeedbackKind.None };
        var context = kind == ModelKind.ConditionedLanguageModel ? new ContextShape((ContextUse)reader.ReadByte(), reader.ReadInt32()) : null;
        return new ModelHeader(kind, new NetworkShape(network, vocabulary) { FedBack = feedsBack ? outcomes : 0, Context = context }, outcomes, features)
        {
            HasNGrams = hasNGrams,
            Precision = precision,
            Translation = kind == ModelKind.Translation ? TranslationContent.ReadOptions(reader) : null,
        };
    }

    private static WeightPrecision ReadPrecision(BinaryReader reader)
        => (WeightPrecision)reader.ReadByte() is WeightPrecision.Int8 and var precision ? precision : throw new ArgumentException("its weights are of an unknown precision.", nameof(reader));

    private static bool IsLanguageModel(ModelKind kind) => kind is ModelKind.LanguageModel or ModelKind.ConditionedLanguageModel;

    private static bool HasTimeConstants(CellKind cell) => cell is CellKind.LeakyElman or CellKind.RevLeaky;

    private static bool IsClassifier(ModelKind kind) => kind is ModelKind.Classifier or ModelKind.MultiLabelClassifier;

    private static (int Least, int Most) OutcomeRange(ModelKind kind) => kind switch
    {
        ModelKind.Classifier or ModelKind.Tagger or ModelKind.FeedbackTagger => (2, 10_000_000),
        ModelKind.Translation => (2, 10_000_002),
        ModelKind.MultiLabelClassifier => (1, 10_000_000),
        _ => (0, 0),
    };

    /// <summary>A damaged size must not make us allocate what the file cannot hold.</summary>
    private static void RequireContent(BinaryReader reader, ModelHeader header)
    {
        RequireContent(reader, header, ValueCount(header));
        RequireProportion(header);
    }

    /// <summary>How many numbers follow a header, those of n-grams apart.</summary>
    public static long ValueCount(ModelHeader header)
    {
        var (kind, shape, outcomes, features) = header;
        var values = ((long)shape.Vocabulary + shape.FedBack) * shape.Options.EmbeddingSize;
        values += shape.Directions * shape.LayerValues;
        values += shape.Context is { } context ? ContextParameters.ValueCount(shape, context) : 0;
        long top = shape.UnitsOf(shape.Layers - 1);
        return values + kind switch
        {
            ModelKind.Classifier or ModelKind.MultiLabelClassifier => outcomes * ((long)Pooling.PartsOf(shape.Options.Pooling) * shape.OutputSize + 1 + features)
                + 2L * features + (shape.Options.Pooling == PoolingKind.Attention ? shape.OutputSize : 0),
            ModelKind.PooledEncoder => shape.Options.Pooling == PoolingKind.Attention ? shape.OutputSize : 0,
            ModelKind.Tagger or ModelKind.FeedbackTagger => outcomes * (shape.OutputSize + 1L),
            _ when IsLanguageModel(kind) => shape.Vocabulary * ((shape.Options.TieEmbeddings ? 0 : top) + 1),
            _ => 0,
        };
    }

    /// <exception cref="FormatException">Padding would take very much memory for what there is.</exception>
    public static void RequireProportion(ModelHeader header)
    {
        var (kind, shape, outcomes, features) = header;
        if (IsOutOfProportion(shape.Vocabulary, shape.Options.EmbeddingSize, shape.EmbeddingLayout?.StateStride ?? PackedMatrix.RoundUp(shape.Options.EmbeddingSize))
            || IsOutOfProportion(IsLanguageModel(kind) ? shape.Vocabulary : outcomes, shape.OutputSize, shape.OutputStride)
            || (features > 0 && IsOutOfProportion(outcomes, features, PackedMatrix.RoundUp(features))))
        {
            throw OutOfProportion();
        }
    }

    private static void RequireContent(BinaryReader reader, TranslationOptions translation, ModelHeader header)
    {
        var shape = TranslationContent.ShapeOf(header);
        RequireContent(reader, header, TranslationContent.ValueCount(shape, translation));
        var vector = shape.Encoder.Options.EmbeddingSize;
        if (IsOutOfProportion(Math.Max(header.Shape.Vocabulary, header.Outcomes), vector, shape.Encoder.EmbeddingLayout?.StateStride ?? PackedMatrix.RoundUp(vector))
            || IsOutOfProportion(header.Outcomes, shape.OutputSize, shape.OutputStride))
        {
            throw OutOfProportion();
        }
    }

    private static FormatException OutOfProportion() => new("The network is damaged: its memory is out of proportion to its content.");

    private static void RequireContent(BinaryReader reader, ModelHeader header, long values)
    {
        var stream = reader.BaseStream;
        if (!stream.CanSeek)
            throw new FormatException("A network can be read from a seekable stream only, so that its size can be checked first.");
        // Of 8 bits some values take more, and scales stand before them.
        var least = values * (header.Precision == WeightPrecision.Int8 ? sizeof(sbyte) : sizeof(float));
        if (stream.Length - stream.Position < least)
            throw new FormatException($"The network is damaged: {least} bytes of parameters are announced, {stream.Length - stream.Position} follow.");
    }

    private static int VersionOf(ModelHeader header)
        => header.Precision == WeightPrecision.Int8 ? Version
        : header.Kind == ModelKind.Translation ? TranslationVersion
        : header.HasNGrams ? NGramsVersion
        : header.Features > 0 || header.Kind == ModelKind.PooledEncoder ? FeaturesVersion
        : header.Shape.Options.Bidirectional || header.Shape.Options.Pooling != PoolingKind.MeanMax ? ShapeVersion
        : FirstVersion;
}
