using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>All that a translation has learned: encoder, decoder, attention, and the linear map to target tokens.</summary>
internal sealed class TranslationParameters : ILearnedParameters, IDisposable
{
    /// <param name="shape">What the translation is made of.</param>
    /// <param name="sharesVectors">Whether a token has the same vector on both sides.</param>
    /// <exception cref="ArgumentException">Vectors are to be shared, and the vocabularies differ.</exception>
    public TranslationParameters(AttentionShape shape, bool sharesVectors)
    {
        Shape = shape;
        SharesVectors = sharesVectors;
        if (sharesVectors && shape.Encoder.Vocabulary != shape.Decoder.Vocabulary)
        {
            throw new ArgumentException(
                $"{nameof(TranslationOptions.SharedVocabulary)} is set, and there are {shape.Encoder.Vocabulary} source and {shape.Decoder.Vocabulary} target tokens; they must be the same.",
                nameof(sharesVectors));
        }
        Encoder = new EncoderParameters(shape.Encoder);
        Decoder = new EncoderParameters(shape.Decoder, sharesVectors ? Encoder.Embedding : null);
        Attention = new AttentionParameters(shape);
        Output = LinearParameters.Create("tokens", shape.Decoder.Vocabulary, Parameter.Identity(shape.OutputSize), shape.OutputStride);
    }

    public AttentionShape Shape { get; }

    public NetworkShape Network => Shape.Encoder;

    /// <summary>Whether a token has the same vector on both sides.</summary>
    public bool SharesVectors { get; }

    public EncoderParameters Encoder { get; }

    public EncoderParameters Decoder { get; }

    public AttentionParameters Attention { get; }

    /// <summary>[Vt, H] and [1, Vt].</summary>
    public LinearParameters Output { get; }

    /// <summary>The tables of token vectors, one or two.</summary>
    public EmbeddingTable[] Embeddings => SharesVectors ? [Encoder.Embedding] : [Encoder.Embedding, Decoder.Embedding];

    public IEnumerable<Parameter> Dense => [.. Encoder.Dense, .. Decoder.Dense, .. Attention.All, Output.Weight, Output.Bias];

    public IEnumerable<Parameter> All => [.. Embeddings.Select(table => table.Value), .. Dense];

    /// <inheritdoc cref="LayerParameters.Initialize"/>
    public void Initialize(ulong seed, float? spectralRadius = null)
    {
        Decoder.Initialize(CounterRandom.Key(seed, RandomUse.DecoderWeights), spectralRadius);
        // Last, so that vectors that both sides share are those of the encoder.
        Encoder.Initialize(seed, spectralRadius);
        Attention.Initialize(seed);
        Output.Weight.InitializeUniform(seed, 1f / MathF.Sqrt(Output.Weight.Columns));
    }

    /// <inheritdoc cref="NetworkParameters.InitializeBias"/>
    public void InitializeBias(ReadOnlySpan<long> frequencies) => Output.InitializeBias(frequencies);

    /// <summary>Takes on the values of parameters of the same shapes.</summary>
    public void CopyFrom(TranslationParameters other)
    {
        foreach (var (target, source) in All.Zip(other.All))
            target.CopyValuesFrom(source);
    }

    /// <summary>Parameters of the same shapes and values.</summary>
    public TranslationParameters Copy()
    {
        var copy = new TranslationParameters(Shape, SharesVectors);
        copy.CopyFrom(this);
        return copy;
    }

    public void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(Shape.Encoder.Vocabulary);
        writer.Write(Shape.Encoder.Options.ToString());
        writer.Write(Shape.Decoder.Vocabulary);
        writer.Write((byte)Shape.Context);
        writer.Write((byte)Shape.Score);
        writer.Write(Shape.UnitsRead);
        writer.Write(SharesVectors);
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Decoder.Dispose();
        Attention.Dispose();
        Output.Dispose();
    }
}
