using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The part that given numbers have in the scores: W x, of the standardised x of each sequence. Dropout does not apply to them.</summary>
/// <param name="parameters">W, and how numbers are standardised.</param>
/// <param name="features">The numbers of each sequence, as they are given.</param>
/// <param name="meter">Counts its buffer.</param>
internal sealed unsafe class FeatureAddend(DenseFeatures parameters, IReadOnlyList<float[]> features, MemoryMeter? meter) : ScoreAddend
{
    /// <summary>[B, F]: standardised.</summary>
    private readonly NativeBuffer<float> _values = new(meter);

    public override void Begin(PackedBatch batch)
    {
        _values.EnsureLength((long)batch.RowCount * parameters.Count);
        for (var row = 0; row < batch.RowCount; row++)
            parameters.Standardize(features[batch.SequenceOfRow(row)], Values(row));
    }

    public override void AddTo(Span<float> scores, int row)
    {
        for (var outcome = 0; outcome < scores.Length; outcome++)
            scores[outcome] += RowMath.Dot(Values(row), OfOutcome(parameters.Weight.Value, outcome));
    }

    public override void AddGradient(int outcome, int row, float gradient)
    {
        var sum = OfOutcome(parameters.Weight.Gradient, outcome);
        TensorPrimitives.MultiplyAdd(Values(row), gradient, sum, sum);
    }

    public override void Dispose() => _values.Dispose();

    private Span<float> Values(int row) => new(_values.Pointer + (nint)row * parameters.Count, parameters.Count);

    private Span<float> OfOutcome(float* matrix, int outcome) => new(matrix + (nint)outcome * parameters.Weight.Stride, parameters.Count);
}
