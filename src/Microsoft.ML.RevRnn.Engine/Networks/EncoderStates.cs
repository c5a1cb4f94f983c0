namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The states of all layers of an encoder at one moment, for another batch to begin with, of the same encoder or of one of the same shape; and the gradients by
/// them, which go the other way.
/// </summary>
/// <param name="layers">Those of each layer, of the first direction and then of the second.</param>
/// <param name="hasGradients">Whether gradients by them are wanted.</param>
internal sealed class EncoderStates(LayerStates[] layers, bool hasGradients) : IDisposable
{
    public int LayerCount => layers.Length;

    /// <summary>Whether gradients by these states are wanted.</summary>
    public bool HasGradients => hasGradients;

    public LayerStates this[int layer] => layers[layer];

    /// <summary>Those of two encoders, one after the other.</summary>
    public EncoderStates Join(EncoderStates other) => new([.. layers, .. Enumerable.Range(0, other.LayerCount).Select(layer => other[layer])], hasGradients);

    /// <summary>Those of some layers; they stay this object's.</summary>
    public EncoderStates Part(Range range) => new(layers[range], hasGradients);

    /// <summary>Takes on rows of states of the same shape, in an order of its own.</summary>
    public void Gather(EncoderStates source, ReadOnlySpan<int> rows)
    {
        for (var layer = 0; layer < layers.Length; layer++)
            layers[layer].Gather(source[layer], rows);
    }

    /// <summary>Writes the states, without gradients.</summary>
    public void Write(BinaryWriter writer)
    {
        foreach (var layer in layers)
            layer.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> of states of the same shape wrote.</summary>
    /// <exception cref="InvalidDataException">The number of rows is none that a batch can have.</exception>
    public void Read(BinaryReader reader)
    {
        foreach (var layer in layers)
            layer.Read(reader);
    }

    public void Dispose()
    {
        foreach (var layer in layers)
            layer.Dispose();
    }
}
