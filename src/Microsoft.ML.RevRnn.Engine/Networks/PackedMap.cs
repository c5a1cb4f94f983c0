using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A linear map y = x W + b, packed for products with W and, in training, with its transpose.</summary>
/// <param name="weights">W [I, O].</param>
/// <param name="bias">b [O].</param>
/// <param name="kernel">What multiplies.</param>
internal sealed unsafe class PackedMap(Parameter weights, Parameter bias, MatrixKernel kernel) : IDisposable
{
    private readonly PackedMatrix _packed = new(weights.RowCapacity, weights.Stride, kernel);
    private readonly PackedMatrix _transposed = new(0, 0, kernel);

    public Parameter Weights => weights;

    public Parameter Bias => bias;

    /// <summary>Values from row to row of x.</summary>
    public int InputStride => weights.RowCapacity;

    /// <summary>Values from row to row of y.</summary>
    public int OutputStride => weights.Stride;

    public void PrepareTraining() => _transposed.Resize(OutputStride, InputStride);

    /// <summary>Packs a worker's share of the weights as they are now; all workers are to do so.</summary>
    public void Pack(WorkerTeam team, int worker, bool forTraining)
    {
        var (first, end) = team.Share(_packed.PanelCount, 1, worker);
        _packed.Pack(weights.Value, weights.Stride, first, end);
        if (!forTraining)
            return;
        (first, end) = team.Share(_transposed.PanelCount, 1, worker);
        _transposed.PackTransposed(weights.Value, weights.Stride, first, end);
    }

    /// <summary>y of rows of x.</summary>
    public void Multiply(int rows, float* x, float* y) =>
        kernel.Multiply(rows, InputStride, x, InputStride, 1, _packed, 0, 0, OutputStride, bias.Value, 0, y, OutputStride);

    /// <summary>The gradient by rows of x, of that by y.</summary>
    public void MultiplyTransposed(int rows, float* ofY, float* ofX) =>
        kernel.Multiply(rows, OutputStride, ofY, OutputStride, 1, _transposed, 0, 0, InputStride, null, 0, ofX, InputStride);

    public void Dispose()
    {
        _packed.Dispose();
        _transposed.Dispose();
    }
}
