using System.Buffers.Binary;
using System.Globalization;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>The engine's models as tensors and texts of a safetensors file. docs/onnx.md has the names.</summary>
internal static class SafetensorsContent
{
    private const string CurrentFormat = "1";
    private const string MeanName = "features.mean";
    private const string DeviationName = "features.deviation";
    private const string NGramsName = "nGrams";
    private const string MixtureName = "mixture";

    /// <param name="stream">Where to.</param>
    /// <param name="header">The model.</param>
    /// <param name="parameters">What it has learned.</param>
    /// <param name="features">The moments of its features; null for none.</param>
    /// <param name="nGrams">What it makes of n-grams; null for nothing.</param>
    public static void Write(Stream stream, ModelHeader header, IEnumerable<Parameter> parameters, DenseFeatures? features = null, NGramPart? nGrams = null)
    {
        var tensors = new List<(string Name, string Type, long[] Shape, Action<Stream> Write)>();
        foreach (var parameter in parameters)
            tensors.Add((parameter.Name, "F32", Shape(parameter), to => Write(to, parameter)));
        if (features != null)
        {
            tensors.Add((MeanName, "F32", [features.Count], to => Write(to, features.Means)));
            tensors.Add((DeviationName, "F32", [features.Count], to => Write(to, features.Deviations)));
        }
        if (nGrams != null)
        {
            var saved = Saved(nGrams);
            tensors.Add((NGramsName, "U8", [saved.Length], to => to.Write(saved)));
        }
        var begin = 0L;
        var described = new List<SafetensorsTensor>();
        foreach (var (name, type, shape, _) in tensors)
        {
            var length = shape.Aggregate(type == "F32" ? (long)sizeof(float) : 1, (product, dimension) => product * dimension);
            described.Add(new(name, type, shape, begin, length));
            begin += length;
        }
        SafetensorsFile.WriteHeader(stream, Describe(header), described);
        foreach (var tensor in tensors)
            tensor.Write(stream);
    }

    /// <summary>Reads what a file says that it is; every size is checked before anything is allocated by it.</summary>
    /// <exception cref="FormatException">It is damaged, or of another kind.</exception>
    public static ModelHeader ReadHeader(SafetensorsFile file, params ReadOnlySpan<ModelKind> kinds)
    {
        var format = Text(file, "format");
        if (format != CurrentFormat)
            throw new FormatException($"The file's metadata has format {format}; this library reads {CurrentFormat}. A newer library may have written it.");
        var kind = Choice<ModelKind>(file, "model");
        if (!kinds.Contains(kind))
            throw new FormatException($"The file has a model of kind {kind}; {kinds[0]} is expected.");
        var network = new NetworkOptions
        {
            Cell = Choice<CellKind>(file, "cell"),
            ForgettingLimit = Choice<ForgettingLimit>(file, "forgettingLimit"),
            Pooling = Choice<PoolingKind>(file, "pooling"),
            EmbeddingSize = Number(file, "embeddingSize"),
            HiddenSize = Number(file, "hiddenSize"),
            LayerCount = Number(file, "layerCount"),
            TieEmbeddings = Text(file, "tieEmbeddings") == "true",
            LearnsTimeConstants = Text(file, "learnsTimeConstants") == "true",
            NestingDepth = Number(file, "nestingDepth"),
            MixtureSize = Number(file, "mixtureSize"),
            Structure = Choice<NetworkStructure>(file, "structure"),
            Feedback = kind == ModelKind.FeedbackTagger ? FeedbackKind.Output : FeedbackKind.None,
            SkipConnections = Text(file, "skipConnections") == "true",
            Bidirectional = Text(file, "bidirectional") == "true",
        };
        if (network.Cell == CellKind.MixedGru)
            MixtureForm.Require(file.Metadata.GetValueOrDefault("revrnn." + MixtureName) == MixtureForm.Chosen, network.MixtureSize);
        var outcomes = Number(file, "outcomes");
        var shape = new NetworkShape(network, Number(file, "vocabularySize")) { FedBack = kind == ModelKind.FeedbackTagger ? outcomes : 0 };
        var header = new ModelHeader(kind, shape, outcomes, Number(file, "features"));
        try
        {
            ModelFile.CheckRanges(header);
        }
        catch (ArgumentException failure)
        {
            throw new FormatException("The file is damaged: " + failure.Message, failure);
        }
        if (network.Bidirectional && (kind is ModelKind.FeedbackTagger or ModelKind.LanguageModel))
            throw new FormatException($"The file is damaged: a model of kind {kind} reads in one direction.");
        if (file.ContentLength < sizeof(float) * ModelFile.ValueCount(header))
        {
            throw new FormatException(
                $"The file is damaged: the model has {sizeof(float) * ModelFile.ValueCount(header)} bytes of parameters, and the file's tensors {file.ContentLength}.");
        }
        ModelFile.RequireProportion(header);
        return header;
    }

    /// <summary>The moments of a file's features, with a weight that is yet to be read; null for none.</summary>
    public static DenseFeatures? ReadFeatures(SafetensorsFile file, ModelHeader header)
    {
        if (header.Features == 0)
            return null;
        byte[] moments = [.. file.Read(Find(file, MeanName, [header.Features])), .. file.Read(Find(file, DeviationName, [header.Features]))];
        using var reader = new BinaryReader(new MemoryStream(moments));
        return DenseFeatures.ReadMoments(reader, header.Outcomes, header.Features);
    }

    public static NGramPart? ReadNGrams(SafetensorsFile file, ModelHeader header)
    {
        if (!file.Tensors.TryGetValue(NGramsName, out var tensor))
            return null;
        if (tensor.Type != "U8" || tensor.Length > Array.MaxLength)
            throw new FormatException($"The tensor '{NGramsName}' is of type {tensor.Type}; it must be U8 and shorter than 2 GB.");
        using var reader = new BinaryReader(new MemoryStream(file.Read(tensor)));
        return NGramPart.Load(reader, header.Outcomes, WeightPrecision.Single);
    }

    /// <exception cref="FormatException">A tensor is missing, or not of the shape that it should have.</exception>
    public static void ReadParameters(SafetensorsFile file, IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            var columns = parameter.Columns;
            file.Read(Find(file, parameter.Name, Shape(parameter)), (index, value) => parameter.At((int)(index / columns), (int)(index % columns)) = value);
        }
    }

    private static IEnumerable<(string Name, string Value)> Describe(ModelHeader header)
    {
        var network = header.Shape.Options;
        var texts = new (string Name, object Value)[]
        {
            ("format", CurrentFormat),
            ("model", header.Kind),
            ("cell", network.Cell),
            ("forgettingLimit", network.ForgettingLimit),
            ("pooling", network.Pooling),
            ("embeddingSize", network.EmbeddingSize),
            ("hiddenSize", network.HiddenSize),
            ("layerCount", network.LayerCount),
            ("learnsTimeConstants", network.LearnsTimeConstants ? "true" : "false"),
            ("nestingDepth", network.NestingDepth),
            ("mixtureSize", network.MixtureSize),
            (MixtureName, MixtureForm.Chosen),
            ("structure", network.Structure),
            ("tieEmbeddings", network.TieEmbeddings ? "true" : "false"),
            ("skipConnections", network.SkipConnections ? "true" : "false"),
            ("bidirectional", network.Bidirectional ? "true" : "false"),
            ("vocabularySize", header.Shape.Vocabulary),
            ("outcomes", header.Outcomes),
            ("features", header.Features),
        };
        return texts.Select(text => ("revrnn." + text.Name, Convert.ToString(text.Value, CultureInfo.InvariantCulture)!)).Append(("format", "pt"));
    }

    private static long[] Shape(Parameter parameter) => parameter.Name == "attention" || parameter.Name.EndsWith(".bias", StringComparison.Ordinal)
        ? [parameter.Columns]
        : [parameter.Rows, parameter.Columns];

    private static void Write(Stream stream, Parameter parameter)
    {
        var row = new float[parameter.Columns];
        for (var r = 0; r < parameter.Rows; r++)
        {
            for (var c = 0; c < row.Length; c++)
                row[c] = parameter.At(r, c);
            Write(stream, row);
        }
    }

    private static void Write(Stream stream, ReadOnlySpan<float> values)
    {
        var bytes = new byte[sizeof(float) * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), values[i]);
        stream.Write(bytes);
    }

    private static byte[] Saved(NGramPart part)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        part.Save(writer, WeightPrecision.Single);
        return stream.ToArray();
    }

    private static SafetensorsTensor Find(SafetensorsFile file, string name, long[] shape)
    {
        if (!file.Tensors.TryGetValue(name, out var tensor))
            throw new FormatException($"The file has no tensor '{name}'.");
        return tensor.Type == "F32" && tensor.Shape.SequenceEqual(shape)
            ? tensor
            : throw new FormatException($"The tensor '{name}' is {tensor.Type} [{string.Join(", ", tensor.Shape)}]; it must be F32 [{string.Join(", ", shape)}].");
    }

    private static string Text(SafetensorsFile file, string name) => file.Metadata.TryGetValue("revrnn." + name, out var text)
        ? text
        : throw new FormatException($"The file's metadata has no 'revrnn.{name}': it was not written by this library, and nothing says what network the tensors are of.");

    private static int Number(SafetensorsFile file, string name) => int.TryParse(Text(file, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"The file is damaged: its 'revrnn.{name}' is '{Text(file, name)}', which is no number.");

    private static T Choice<T>(SafetensorsFile file, string name)
        where T : struct, Enum
        => Enum.TryParse<T>(Text(file, name), out var value) && Enum.IsDefined(value)
            ? value
            : throw new FormatException($"The file is damaged, or newer than this library: its 'revrnn.{name}' is '{Text(file, name)}'.");
}
