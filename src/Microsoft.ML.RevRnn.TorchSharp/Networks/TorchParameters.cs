using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>All of a network's learned matrices on a device.</summary>
internal sealed class TorchParameters : IDisposable
{
    private readonly Dictionary<Parameter, TorchParameter> _all = [];

    public TorchParameters(TorchDevice device, NetworkParameters network)
    {
        Network = network;
        foreach (var parameter in network.Dense)
            _all.Add(parameter, new TorchParameter(device, parameter, hasGradient: true));
        var embedding = network.Encoder.Embedding;
        if (!_all.ContainsKey(embedding.Value))
            _all.Add(embedding.Value, new TorchParameter(device, embedding.Value, hasGradient: false));
        Embedding = new TorchEmbedding(device, embedding, _all[embedding.Value]);
    }

    public NetworkParameters Network { get; }

    /// <summary>The token vectors, and the gradients of a batch's.</summary>
    public TorchEmbedding Embedding { get; }

    /// <summary>Those with gradients in all rows, in the engine's order.</summary>
    public IEnumerable<TorchParameter> Dense => Network.Dense.Select(parameter => _all[parameter]);

    public TorchParameter this[Parameter parameter] => _all[parameter];

    /// <summary>A layer's matrices for its sweeps.</summary>
    public LayerWeights WeightsOf(LayerParameters layer) => new(
        this[layer.Input].Value.Address, this[layer.Bias].Value.Address, this[layer.Hidden[0]].Value.Address, OfSecondHalf(layer)?.Value.Address ?? 0);

    /// <summary>The gradients by a layer's matrices.</summary>
    public LayerWeights GradientsOf(LayerParameters layer) => new(
        this[layer.Input].Gradient!.Address, this[layer.Bias].Gradient!.Address,
        this[layer.Hidden[0]].Gradient!.Address, OfSecondHalf(layer)?.Gradient!.Address ?? 0);

    /// <summary>Goes on with the engine's values.</summary>
    public void Import()
    {
        foreach (var parameter in _all.Values)
            parameter.Import();
    }

    /// <summary>Brings the engine's values up to date.</summary>
    public void Export()
    {
        foreach (var parameter in _all.Values)
            parameter.Export();
    }

    /// <summary>Zero gradients.</summary>
    public void DiscardGradients()
    {
        foreach (var parameter in _all.Values)
            parameter.Gradient?.Clear();
        Embedding.DiscardGradient();
    }

    public void Dispose()
    {
        Embedding.Dispose();
        foreach (var parameter in _all.Values)
            parameter.Dispose();
    }

    /// <summary>Null for a cell of one half.</summary>
    private TorchParameter? OfSecondHalf(LayerParameters layer) => layer.Hidden.Length > 1 ? this[layer.Hidden[1]] : null;
}
