using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// One layer's weights from hidden state to gates with some of them zeroed and the others divided by 1 - rate (DropConnect, Wan et al. 2013; on recurrent
/// weights, Merity et al. 2017). One mask holds for a whole batch, so a step costs what it always does.
/// </summary>
internal sealed unsafe class WeightDrop : IDisposable
{
    private readonly Parameter[] _weights;
    private readonly Dropout _dropout;
    private readonly NativeBuffer<float>[] _dropped;
    private readonly int _layer;

    /// <param name="weights">A layer's weights from hidden state to gates.</param>
    /// <param name="dropout">Zeroes them.</param>
    /// <param name="layer">Tells this layer's masks from those of others.</param>
    public WeightDrop(Parameter[] weights, Dropout dropout, int layer)
    {
        _weights = weights;
        _dropout = dropout;
        _layer = layer;
        _dropped = Array.ConvertAll(weights, weight => new NativeBuffer<float>((long)weight.RowCapacity * weight.Stride));
    }

    /// <summary>The weights of a half after <see cref="Apply"/>, laid out like its parameter.</summary>
    public float* Dropped(int half) => _dropped[half].Pointer;

    /// <summary>A worker's share of the dropped weights under a batch's masks.</summary>
    public void Apply(ulong dropoutSeed, WorkerTeam team, int worker)
    {
        for (var half = 0; half < _weights.Length; half++)
            Run(half, _weights[half].Value, _dropped[half].Pointer, dropoutSeed, team, worker);
    }

    /// <summary>A worker's share of the gradients, from those by the dropped weights to those by the parameters.</summary>
    public void ApplyToGradients(ulong dropoutSeed, WorkerTeam team, int worker)
    {
        for (var half = 0; half < _weights.Length; half++)
            Run(half, _weights[half].Gradient, _weights[half].Gradient, dropoutSeed, team, worker);
    }

    public void Dispose()
    {
        foreach (var buffer in _dropped)
            buffer.Dispose();
    }

    private void Run(int half, float* source, float* target, ulong dropoutSeed, WorkerTeam team, int worker)
    {
        var weight = _weights[half];
        var (begin, end) = team.Share(weight.RowCapacity, 1, worker);
        for (var row = begin; row < end; row++)
        {
            var key = CounterRandom.Key(dropoutSeed, RandomUse.WeightDrop + (ulong)(2 * _layer + half), (ulong)row);
            _dropout.Apply(source + (nint)row * weight.Stride, target + (nint)row * weight.Stride, weight.Stride, key);
        }
    }
}
