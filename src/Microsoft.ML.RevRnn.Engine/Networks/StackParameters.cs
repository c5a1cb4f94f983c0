namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned parameters of an embedding and the layers above it.</summary>
internal sealed class StackParameters : IDisposable
{
    public StackParameters(StackOptions options)
    {
        Options = options;
        Embedding = new EmbeddingTable(options.Vocabulary, options.EmbeddingWidth);
        Layers = new LayerParameters[options.Layers];
        for (var i = 0; i < Layers.Length; i++)
        {
            var shape = options.Shape(i);
            int[] map;
            var stride = Embedding.Stride;
            if (i == 0)
            {
                map = Parameter.Identity(options.EmbeddingWidth);
            }
            else
            {
                map = new int[options.Units];
                for (var unit = 0; unit < map.Length; unit++)
                    map[unit] = shape.StateIndex(unit);
                stride = shape.StateStride;
            }
            Layers[i] = new LayerParameters($"layer{i}", shape, map, stride);
        }
    }

    public StackOptions Options { get; }

    public EmbeddingTable Embedding { get; }

    public LayerParameters[] Layers { get; }

    /// <summary>The parameters with dense gradients: all but the embedding.</summary>
    public IEnumerable<Parameter> Dense => Layers.SelectMany(layer => layer.All);

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
