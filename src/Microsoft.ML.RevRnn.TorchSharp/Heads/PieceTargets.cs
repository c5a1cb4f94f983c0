using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What the outcomes of a piece's outputs should be.</summary>
internal sealed class PieceTargets : IDisposable
{
    private readonly TorchDevice _device;
    private readonly int[] _outcomes;
    private readonly TorchBuffer _indices;

    /// <param name="device">Where they are needed.</param>
    /// <param name="outcomes">They.</param>
    public PieceTargets(TorchDevice device, ReadOnlySpan<int> outcomes)
    {
        _device = device;
        _outcomes = outcomes.ToArray();
        _indices = device.Indices(Array.ConvertAll(_outcomes, outcome => (long)outcome));
    }

    /// <summary>[rows].</summary>
    public torch.Tensor Indices => _indices.Tensor;

    /// <summary>Where the rows of each outcome stand.</summary>
    public TokenPlaces Places() => new(_device, _outcomes, outcome => outcome);

    public void Dispose() => _indices.Dispose();
}
