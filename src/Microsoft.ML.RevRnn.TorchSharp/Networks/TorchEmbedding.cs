using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// The learned vectors of tokens on a device. In training only the rows of a batch's own tokens have gradients, which are kept compactly; those of a table that is
/// the output weights too are in all rows.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="table">The engine's table.</param>
/// <param name="parameter">The vectors.</param>
internal sealed class TorchEmbedding(TorchDevice device, EmbeddingTable table, TorchParameter parameter) : IDisposable
{
    private readonly int[] _slotOf = Slots(table);
    private readonly List<int> _touched = [];
    private TorchBuffer? _gradient;
    private TorchBuffer? _rows;

    /// <summary>Whether the gradients are in all rows.</summary>
    public bool IsDense => table.IsDense;

    public TorchParameter Parameter => parameter;

    /// <summary>Length of a row, padded.</summary>
    public int Stride => table.Stride;

    /// <summary>The rows with gradients, those of <see cref="Gradient"/> in their order; null where all have them.</summary>
    public TorchBuffer? Rows => _rows;

    /// <summary>[touched, stride], or that of the parameter; null where nothing has been trained since the last step.</summary>
    public TorchBuffer? Gradient => IsDense ? parameter.Gradient : _gradient;

    /// <summary>Tokens with a gradient.</summary>
    public int TouchedCount => _touched.Count;

    /// <summary>The row of the gradient that is a token's.</summary>
    public int SlotOf(int token) => IsDense ? token : _slotOf[token];

    /// <summary>Gives each distinct token of a batch a gradient row, zero. Both directions of a network have the same.</summary>
    public void BeginGradient(PackedBatch batch)
    {
        if (IsDense || _gradient != null)
            return;
        foreach (var token in batch.Tokens)
        {
            if (_slotOf[token] >= 0)
                continue;
            _slotOf[token] = _touched.Count;
            _touched.Add(token);
        }
        _gradient = device.Weights(_touched.Count, Stride);
        _rows = device.Integers(_touched.ToArray());
    }

    /// <summary>No token has a gradient of its own any more.</summary>
    public void DiscardGradient()
    {
        foreach (var token in _touched)
            _slotOf[token] = -1;
        _touched.Clear();
        _gradient?.Dispose();
        _rows?.Dispose();
        (_gradient, _rows) = (null, null);
    }

    public void Dispose() => DiscardGradient();

    private static int[] Slots(EmbeddingTable table)
    {
        var slots = new int[table.IsDense ? 0 : table.Value.Rows];
        Array.Fill(slots, -1);
        return slots;
    }
}
