using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A number that a linear map makes of each row's last output, and its squared error. Rows are equally long.</summary>
/// <param name="output">The map, to one outcome.</param>
/// <param name="encoder">Gives the outputs.</param>
internal sealed unsafe class LastValueHead(LinearParameters output, ISequenceEncoder encoder) : ISequenceHead
{
    private float[] _errors = [];
    private PackedBatch _batch = new();

    /// <summary>What each row of a batch should come to.</summary>
    public float[] Targets { get; set; } = [];

    public BatchResult Result { get; private set; }

    public float LossScale => 1f / Targets.Length;

    public void PackWeights(bool forTraining, ulong seed)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _batch = batch;
        _errors = new float[batch.RowCount];
        Result = default;
    }

    public void Forward(in Chunk chunk)
    {
        if (!IsLast(chunk))
            return;
        for (var row = 0; row < _errors.Length; row++)
        {
            var value = output.Bias.At(0, 0) + RowMath.Dot(Last(chunk, encoder.Outputs(chunk), row), new ReadOnlySpan<float>(output.Weight.Value, encoder.OutputStride));
            _errors[row] = value - Targets[_batch.SequenceOfRow(row)];
            Result += new BatchResult(_errors[row] * _errors[row], 1, 0);
        }
    }

    public void FinishForward()
    {
    }

    public void BeginBackward()
    {
    }

    public void Backward(in Chunk chunk)
    {
        new Span<float>(encoder.OutputGradient, chunk.FlatRows * encoder.OutputStride).Clear();
        if (!IsLast(chunk))
            return;
        for (var row = 0; row < _errors.Length; row++)
        {
            var slope = 2 * _errors[row] * LossScale;
            var outputs = Last(chunk, encoder.Outputs(chunk), row);
            var gradient = Last(chunk, encoder.OutputGradient, row);
            output.Bias.Gradients[0] += slope;
            for (var i = 0; i < gradient.Length; i++)
            {
                gradient[i] = slope * output.Weight.Value[i];
                output.Weight.Gradient[i] += slope * outputs[i];
            }
        }
    }

    public void FinishBackward()
    {
    }

    public void Dispose()
    {
    }

    private bool IsLast(in Chunk chunk) => chunk.First + chunk.Steps == _batch.StepCount;

    private Span<float> Last(in Chunk chunk, float* values, int row) => new(values + (nint)(chunk.FlatRow(chunk.Steps - 1) + row) * encoder.OutputStride, encoder.OutputStride);
}
