namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned parameters of the layers of one direction.</summary>
internal sealed class StackParameters : IDisposable
{
    /// <param name="shape">What the network is made of.</param>
    /// <param name="inputColumns">Where the values that the first layer reads lie in their row.</param>
    /// <param name="inputStride">Length of that row.</param>
    /// <param name="prefix">Of the parameters' names, which their initial values depend on.</param>
    public StackParameters(NetworkShape shape, int[] inputColumns, int inputStride, string prefix = "")
    {
        Shape = shape;
        Context = shape.Context == null ? null : new ContextParameters(shape, shape.Context);
        if (shape.IsTree)
            Tree = new TreeParameters(shape, inputColumns, inputStride);
        if (shape.IsMemoryNetwork)
            Memory = new MemoryParameters(shape, inputColumns, inputStride);
        Layers = new LayerParameters[shape.IsRecurrent ? shape.Layers : 0];
        for (var i = 0; i < Layers.Length; i++)
        {
            var below = i == 0 ? null : Layers[i - 1].Shape;
            Layers[i] = new LayerParameters(
                $"{prefix}layer{i}", shape.Layer(i), below?.StateColumns() ?? inputColumns, below?.StateStride ?? inputStride);
        }
        All = [.. Tree?.All ?? Memory?.All ?? Layers.SelectMany(layer => layer.All), .. Context?.All ?? []];
    }

    public NetworkShape Shape { get; }

    /// <summary>Recurrent layers from the bottom; none where there is something else.</summary>
    public LayerParameters[] Layers { get; }

    /// <summary>The maps of the context; null where there is none.</summary>
    public ContextParameters? Context { get; }

    /// <summary>What there is instead of layers; null for these.</summary>
    public TreeParameters? Tree { get; }

    /// <inheritdoc cref="Tree"/>
    public MemoryParameters? Memory { get; }

    /// <summary>All, in the order of the model file.</summary>
    public IReadOnlyList<Parameter> All { get; }

    /// <inheritdoc cref="LayerParameters.Initialize"/>
    public void Initialize(ulong seed, float? spectralRadius = null)
    {
        Tree?.Initialize(seed);
        Memory?.Initialize(seed);
        foreach (var layer in Layers)
            layer.Initialize(seed, spectralRadius);
        Context?.Initialize(seed);
    }

    public void Dispose()
    {
        Tree?.Dispose();
        Memory?.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
        Context?.Dispose();
    }
}
