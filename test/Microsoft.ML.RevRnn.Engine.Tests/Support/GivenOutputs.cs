using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>An encoder whose outputs are given, in one chunk.</summary>
/// <param name="columns">Where the values of an output lie in its row.</param>
/// <param name="stride">Length of that row.</param>
/// <param name="values">The values of the output of a row at a step.</param>
internal sealed unsafe class GivenOutputs(int[] columns, int stride, Func<int, int, double[]> values) : ISequenceEncoder
{
    private readonly NativeBuffer<float> _outputs = new();
    private readonly NativeBuffer<float> _gradient = new();
    private PackedBatch _batch = new();

    public Device Device { get; } = new(threads: 2);

    public int OutputStride => stride;

    public int[] OutputColumns => columns;

    public int ChunkCount => 1;

    public ActivationAccount Account => default;

    public float* OutputGradient => _gradient.Pointer;

    public void PrepareTraining()
    {
    }

    public void PackWeights(bool forTraining, ulong seed = 0)
    {
    }

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null) => _batch = batch;

    public Chunk GetChunk(int index) => new(_batch, 0, 0, _batch.StepCount);

    public void Forward(in Chunk chunk)
    {
        _outputs.EnsureLength((long)chunk.FlatRows * stride);
        _gradient.EnsureLength((long)chunk.FlatRows * stride);
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++)
            {
                var output = values(b, s);
                for (var i = 0; i < output.Length; i++)
                    _outputs.Pointer[(chunk.FlatRow(s) + b) * stride + columns[i]] = (float)output[i];
            }
        }
    }

    public float* Outputs(in Chunk chunk) => _outputs.Pointer;

    /// <summary>The gradient by the output of a row at a step.</summary>
    public double[] Gradient(int row, int step)
        => Array.ConvertAll(columns, column => (double)_gradient.Pointer[(GetChunk(0).FlatRow(step) + row) * stride + column]);

    public EncoderStates CreateStates(bool hasGradients = false) => new([], hasGradients);

    public void SaveStates(EncoderStates states)
    {
    }

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
    }

    public void Recover(in Chunk chunk)
    {
    }

    public void Backward(in Chunk chunk)
    {
    }

    public void FinishBackward()
    {
    }

    public int RowLimit(int steps, int most) => most;

    public long LeastBytes(int rows, int steps) => 0;

    public void Dispose()
    {
        _outputs.Dispose();
        _gradient.Dispose();
        Device.Dispose();
    }
}
