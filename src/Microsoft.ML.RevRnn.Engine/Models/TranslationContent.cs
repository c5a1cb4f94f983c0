using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// What the file of a translation has beyond that of other networks: behind the header byte context; byte score; int32 slice size; bool shared vocabulary. Then the parameters: source
/// vectors [Vs, E]; target vectors [Vt, E] unless they are the same; the encoder's layers, direction by direction, and the decoder's, as other networks have theirs; attention's query
/// [C, H] unless it has none, and output [H, C + H]; the target tokens' weight [Vt, H] and bias [1, Vt].
/// </summary>
internal static class TranslationContent
{
    public static void Write(BinaryWriter writer, TranslationParameters parameters, TranslationOptions options)
    {
        var shape = parameters.Shape;
        var precision = Weights.PrecisionOf(parameters.All);
        ModelFile.WriteHeader(writer, new(ModelKind.Translation, shape.Encoder, shape.Decoder.Vocabulary, Features: 0) { Precision = precision });
        writer.Write((byte)options.Context);
        writer.Write((byte)options.Score);
        writer.Write(options.SliceSize);
        writer.Write(options.SharedVocabulary);
        ModelFile.WriteParameters(writer, parameters.All);
    }

    /// <exception cref="FormatException">The content is damaged, from a newer version, or of another kind of model.</exception>
    public static (TranslationParameters Parameters, TranslationOptions Options) Read(BinaryReader reader)
    {
        var header = ModelFile.ReadHeader(reader, ModelKind.Translation);
        var parameters = new TranslationParameters(ShapeOf(header), header.Translation!.SharedVocabulary);
        ModelFile.ReadParameters(reader, parameters.All, header.Precision);
        return (parameters, header.Translation);
    }

    public static TranslationOptions ReadOptions(BinaryReader reader) => new()
    {
        Context = (AttentionContext)reader.ReadByte(),
        Score = (AttentionScore)reader.ReadByte(),
        SliceSize = reader.ReadInt32(),
        SharedVocabulary = reader.ReadBoolean(),
    };

    /// <exception cref="ArgumentException">The options are out of range, or do not fit together.</exception>
    public static AttentionShape ShapeOf(ModelHeader header)
    {
        var options = header.Translation!;
        options.Validate();
        if (options.SharedVocabulary && header.Shape.Vocabulary != header.Outcomes)
            throw new ArgumentException($"the vocabulary is shared, and there are {header.Shape.Vocabulary} source and {header.Outcomes} target tokens.", nameof(header));
        return new AttentionShape(header.Shape, header.Outcomes, options.Context, options.SliceSize, options.Score);
    }

    /// <summary>Learned values.</summary>
    public static long ValueCount(AttentionShape shape, TranslationOptions options)
    {
        var (encoder, decoder) = (shape.Encoder, shape.Decoder);
        var vectors = encoder.Vocabulary + (options.SharedVocabulary ? 0L : decoder.Vocabulary);
        var values = vectors * encoder.Options.EmbeddingSize;
        for (var layer = 0; layer < decoder.Layers; layer++)
            values += encoder.Directions * encoder.Layer(layer).ParameterCount + decoder.Layer(layer).ParameterCount;
        long context = shape.ContextColumns.Length;
        long units = shape.OutputSize;
        values += (shape.Score == AttentionScore.General ? context * units : 0) + units * (context + units);
        return values + decoder.Vocabulary * (units + 1);
    }
}
