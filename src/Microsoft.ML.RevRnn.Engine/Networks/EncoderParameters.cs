using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned parameters of a network up to its outputs: token vectors, and a stack of layers for each direction.</summary>
internal sealed class EncoderParameters : IDisposable
{
    private readonly bool _ownsTable;

    /// <param name="shape">What the network is made of.</param>
    /// <param name="hasDenseEmbedding">Whether token vectors have gradients in all rows: where they are output weights too.</param>
    public EncoderParameters(NetworkShape shape, bool hasDenseEmbedding = false)
        : this(shape, CreateTable(shape, hasDenseEmbedding), ownsTable: true)
    {
    }

    /// <param name="shape">What the network is made of.</param>
    /// <param name="shared">Token vectors that are somebody else's too, who disposes of them; null for vectors of its own.</param>
    public EncoderParameters(NetworkShape shape, EmbeddingTable? shared)
        : this(shape, shared ?? CreateTable(shape, isDense: false), ownsTable: shared == null)
    {
    }

    private EncoderParameters(NetworkShape shape, EmbeddingTable table, bool ownsTable)
    {
        Shape = shape;
        _ownsTable = ownsTable;
        Embedding = table;
        Stacks = new StackParameters[shape.Directions];
        for (var i = 0; i < Stacks.Length; i++)
            Stacks[i] = new StackParameters(shape, Embedding.Columns, Embedding.Stride, i == 0 ? "" : "reverse.");
    }

    public NetworkShape Shape { get; }

    public EmbeddingTable Embedding { get; }

    /// <summary>The direction from first to last, then the other one if there is one.</summary>
    public StackParameters[] Stacks { get; }

    /// <summary>The parameters with dense gradients: all but the embedding.</summary>
    public IEnumerable<Parameter> Dense => Stacks.SelectMany(stack => stack.All);

    /// <summary>All, in the order of the model file.</summary>
    public IEnumerable<Parameter> All => [Embedding.Value, .. Dense];

    /// <summary>Takes on the values of parameters of the same shapes.</summary>
    public void CopyFrom(EncoderParameters other)
    {
        foreach (var (target, source) in All.Zip(other.All))
            target.CopyValuesFrom(source);
    }

    /// <inheritdoc cref="LayerParameters.Initialize"/>
    public void Initialize(ulong seed, float? spectralRadius = null)
    {
        Embedding.Value.InitializeUniform(seed, 1f / MathF.Sqrt(Shape.Options.EmbeddingSize));
        foreach (var stack in Stacks)
            stack.Initialize(seed, spectralRadius);
    }

    public void Dispose()
    {
        if (_ownsTable)
            Embedding.Dispose();
        foreach (var stack in Stacks)
            stack.Dispose();
    }

    private static EmbeddingTable CreateTable(NetworkShape shape, bool isDense)
    {
        var width = shape.Options.EmbeddingSize;
        return shape.EmbeddingLayout is { } layout
            ? new EmbeddingTable(shape.VectorCount, layout.StateColumns(), layout.StateStride, isDense)
            : new EmbeddingTable(shape.VectorCount, Parameter.Identity(width), PackedMatrix.RoundUp(width), isDense: false);
    }
}
