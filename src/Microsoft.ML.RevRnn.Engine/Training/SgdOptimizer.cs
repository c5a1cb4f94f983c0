using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Stochastic gradient descent without momentum: w := w - rate (s g + decay w), with s what clipping leaves of the gradient.</summary>
internal sealed unsafe class SgdOptimizer(IEnumerable<Parameter> dense, IReadOnlyList<EmbeddingTable> embeddings, WorkerTeam team) : Optimizer(dense, embeddings, team)
{
    private float _scale;
    private float _learningRate;
    private float _weightDecay;

    public override void Save(BinaryWriter writer)
    {
    }

    public override void Load(BinaryReader reader)
    {
    }

    public override void Dispose()
    {
    }

    protected override void BeginStep(float learningRate, float weightDecay, float scale)
    {
        _scale = scale;
        _learningRate = learningRate;
        _weightDecay = weightDecay;
    }

    protected override void Update(Parameter parameter, long begin, float* gradient, int length)
    {
        var values = new Span<float>(parameter.Value + begin, length);
        var gradients = new Span<float>(gradient, length);
        var rate = _learningRate * parameter.RateFactor;
        if (parameter.IsDecayed && _weightDecay > 0)
            TensorPrimitives.Multiply(values, 1 - rate * _weightDecay, values);
        TensorPrimitives.FusedMultiplyAdd(gradients, -rate * _scale, values, values);
        gradients.Clear();
    }
}
