using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned parameters of an embedding and the layers above it.</summary>
internal sealed class StackParameters : IDisposable
{
    /// <param name="options">What the stack is made of.</param>
    /// <param name="hasDenseEmbedding">Whether token vectors have gradients in all rows: where they are output weights too.</param>
    public StackParameters(StackOptions options, bool hasDenseEmbedding = false)
    {
        Options = options;
        var layout = options.EmbeddingLayout;
        Embedding = layout == null
            ? new EmbeddingTable(options.Vocabulary, Parameter.Identity(options.EmbeddingWidth), PackedMatrix.RoundUp(options.EmbeddingWidth), isDense: false)
            : new EmbeddingTable(options.Vocabulary, layout.StateColumns(), layout.StateStride, hasDenseEmbedding);
        Layers = new LayerParameters[options.Layers];
        for (var i = 0; i < Layers.Length; i++)
        {
            var below = i == 0 ? null : Layers[i - 1].Shape;
            Layers[i] = new LayerParameters(
                $"layer{i}", options.Shape(i), below?.StateColumns() ?? Embedding.Columns, below?.StateStride ?? Embedding.Stride);
        }
    }

    public StackOptions Options { get; }

    public EmbeddingTable Embedding { get; }

    public LayerParameters[] Layers { get; }

    /// <summary>The parameters with dense gradients: all but the embedding.</summary>
    public IEnumerable<Parameter> Dense => Layers.SelectMany(layer => layer.All);

    /// <summary>All, in the order of the model file.</summary>
    public IEnumerable<Parameter> All => [Embedding.Value, .. Dense];

    /// <summary>Takes on the values of parameters of the same shapes.</summary>
    public void CopyFrom(StackParameters other)
    {
        foreach (var (target, source) in All.Zip(other.All))
            target.CopyValuesFrom(source);
    }

    public void Initialize(ulong seed)
    {
        Embedding.Value.InitializeUniform(seed, 1f / MathF.Sqrt(Options.EmbeddingWidth));
        foreach (var layer in Layers)
            layer.Initialize(seed);
    }

    public void Dispose()
    {
        Embedding.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
    }
}
