using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>All that a network has learned: the encoder, and the linear map from its outputs, pooled or one by one, to outcomes.</summary>
internal sealed class NetworkParameters : ILearnedParameters, IDisposable
{
    private NetworkParameters(EncoderParameters encoder, Parameter? attention, LinearParameters output, DenseFeatures? features = null)
    {
        Encoder = encoder;
        Attention = attention;
        Output = output;
        Features = features;
    }

    public EncoderParameters Encoder { get; }

    public NetworkShape Network => Encoder.Shape;

    /// <summary>[1, outputs]: what attention pooling compares outputs with; null for other poolings.</summary>
    public Parameter? Attention { get; }

    public LinearParameters Output { get; }

    /// <summary>The map of numbers that are given with each sequence; null where there are none.</summary>
    public DenseFeatures? Features { get; }

    /// <summary>F: how many numbers are given with each sequence.</summary>
    public int FeatureCount => Features?.Count ?? 0;

    /// <summary>The parameters with dense gradients: all, but an embedding that is not tied.</summary>
    public IEnumerable<Parameter> Dense => [.. Encoder.Dense, .. OfHead];

    /// <summary>All, in the order of the model file.</summary>
    public IEnumerable<Parameter> All => IsTied ? [Output.Weight, .. Encoder.Dense, Output.Bias] : [Encoder.Embedding.Value, .. Dense];

    private IEnumerable<Parameter> OfHead => ((Parameter?[])[Attention, Output.Weight, Output.Bias, Features?.Weight]).OfType<Parameter>();

    private bool IsTied => Output.Weight == Encoder.Embedding.Value;

    /// <summary>For outcomes of whole sequences, which read pooled outputs, and the numbers that are given with each.</summary>
    public static NetworkParameters OfSequences(NetworkShape shape, int outcomes, DenseFeatures? features = null)
    {
        var columns = shape.OutputColumns();
        var stride = shape.OutputStride;
        var parts = Pooling.PartsOf(shape.Options.Pooling);
        int[] pooled = [.. Enumerable.Range(0, parts).SelectMany(part => columns.Select(column => part * stride + column))];
        var output = LinearParameters.Create("classes", outcomes, pooled, parts * stride);
        return new NetworkParameters(new EncoderParameters(shape), CreateAttention(shape), output, features);
    }

    /// <summary>What attention pooling compares outputs with; null of other poolings.</summary>
    public static Parameter? CreateAttention(NetworkShape shape)
        => shape.Options.Pooling == PoolingKind.Attention ? new Parameter("attention", [0], 1, shape.OutputColumns(), shape.OutputStride) : null;

    /// <summary>For outcomes of each token, which read its output.</summary>
    public static NetworkParameters OfTokens(NetworkShape shape, int outcomes)
        => new(new EncoderParameters(shape), null, LinearParameters.Create("classes", outcomes, shape.OutputColumns(), shape.OutputStride));

    /// <summary>For the next token. Each direction reads its own outputs; a tied embedding is the weight too (Press and Wolf 2017).</summary>
    public static NetworkParameters OfNextTokens(NetworkShape shape)
    {
        var encoder = new EncoderParameters(shape, hasDenseEmbedding: shape.Options.TieEmbeddings);
        return new NetworkParameters(encoder, null, shape.Options.TieEmbeddings
            ? LinearParameters.Over(encoder.Embedding.Value, "tokens")
            : LinearParameters.Create("tokens", shape.Vocabulary, shape.Top.StateColumns(), shape.Top.StateStride));
    }

    /// <summary>What is added to the scores of the pooled outputs.</summary>
    /// <param name="features">The numbers of each sequence; not used where there are none.</param>
    /// <param name="meter">Counts what they take.</param>
    public ScoreAddend[] CreateAddends(IReadOnlyList<float[]>? features, MemoryMeter? meter)
        => Features == null ? [] : [new FeatureAddend(Features, features!, meter)];

    /// <inheritdoc cref="LayerParameters.Initialize"/>
    public void Initialize(ulong seed, float? spectralRadius = null)
    {
        Encoder.Initialize(seed, spectralRadius);
        Attention?.InitializeUniform(seed, 1f / MathF.Sqrt(Attention.Columns));
        if (!IsTied)
            Output.Weight.InitializeUniform(seed, 1f / MathF.Sqrt(Output.Weight.Columns));
    }

    /// <inheritdoc cref="LinearParameters.InitializeBias"/>
    public void InitializeBias(ReadOnlySpan<long> frequencies) => Output.InitializeBias(frequencies);

    /// <summary>Takes on the values of parameters of the same shapes.</summary>
    public void CopyFrom(NetworkParameters other)
    {
        foreach (var (target, source) in All.Zip(other.All))
            target.CopyValuesFrom(source);
    }

    public void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(Encoder.Shape.Vocabulary);
        // A record's text names all its options and their values.
        writer.Write(Encoder.Shape.Options.ToString());
        // Sets were mixed before they were chosen.
        if (Encoder.Shape.Options is { Cell: CellKind.MixedGru, MixtureSize: > 1 })
            writer.Write("chosen");
        if (Encoder.Shape.Context is { } context)
            writer.Write(context.ToString());
    }

    public void Dispose()
    {
        Encoder.Dispose();
        Attention?.Dispose();
        Output.Dispose();
        Features?.Dispose();
    }
}
