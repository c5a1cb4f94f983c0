using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>One layer's weights from hidden state to gates with some of them zeroed, as <see cref="WeightDrop"/>.</summary>
/// <param name="device">The device.</param>
/// <param name="parameters">All matrices.</param>
/// <param name="hidden">The layer's weights from hidden state to gates.</param>
/// <param name="rate">Probability of zero.</param>
/// <param name="layer">Tells this layer's masks from those of others.</param>
internal sealed class TorchWeightDrop(TorchDevice device, TorchParameters parameters, Parameter[] hidden, float rate, int layer) : IDisposable
{
    private readonly TorchBuffer[] _dropped = [.. hidden.Select(weight => device.Weights(weight.RowCapacity, weight.Stride))];
    private TorchBuffer[] _masks = [];

    /// <summary>The layer's matrices with dropped ones.</summary>
    public LayerWeights WeightsOf(LayerParameters ofLayer)
        => parameters.WeightsOf(ofLayer) with { Hidden0 = _dropped[0].Address, Hidden1 = _dropped.Length > 1 ? _dropped[1].Address : 0 };

    /// <summary>Drops weights under a batch's masks.</summary>
    public void Apply(ulong seed)
    {
        Forget();
        _masks = new TorchBuffer[hidden.Length];
        for (var half = 0; half < hidden.Length; half++)
        {
            var keys = new ulong[hidden[half].RowCapacity];
            for (var row = 0; row < keys.Length; row++)
                keys[row] = CounterRandom.Key(seed, RandomUse.WeightDrop + (ulong)(2 * layer + half), (ulong)row);
            _masks[half] = Masks.Create(device, rate, hidden[half].Stride, keys);
            using var scope = torch.NewDisposeScope();
            _dropped[half].Tensor.copy_(parameters[hidden[half]].Value.Tensor.mul(_masks[half].Tensor));
        }
    }

    /// <summary>From the gradients by the dropped weights to those by the parameters.</summary>
    public void ApplyToGradients()
    {
        for (var half = 0; half < hidden.Length; half++)
            parameters[hidden[half]].Gradient!.Tensor.mul_(_masks[half].Tensor);
    }

    public void Dispose()
    {
        Forget();
        foreach (var buffer in _dropped)
            buffer.Dispose();
    }

    private void Forget()
    {
        foreach (var mask in _masks)
            mask.Dispose();
        _masks = [];
    }
}
