using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>A batch at work on a device: what all layers and heads need to know of it.</summary>
internal sealed class TorchBatch : IDisposable
{
    private readonly TorchBuffer _rows;
    private readonly TorchBuffer _steps;

    /// <param name="device">Where it is worked on.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="chunkSteps">Steps of a chunk.</param>
    /// <param name="isTraining">Whether a backward pass follows, and dropout applies.</param>
    /// <param name="seed">Of dropout's masks.</param>
    public TorchBatch(TorchDevice device, PackedBatch batch, int chunkSteps, bool isTraining, ulong seed)
    {
        Packed = batch;
        IsTraining = isTraining;
        Seed = seed;
        var active = new int[batch.StepCount];
        var (rows, steps) = (new long[batch.TokenCount], new long[batch.TokenCount]);
        for (var (step, flat) = (0, 0); step < active.Length; step++)
        {
            active[step] = batch.ActiveRows(step);
            for (var row = 0; row < active[step]; row++, flat++)
                (rows[flat], steps[flat]) = (row, step);
        }
        Steps = new SweepSteps(active, chunkSteps);
        _rows = device.Indices(rows);
        _steps = device.Indices(steps);
    }

    public PackedBatch Packed { get; }

    public SweepSteps Steps { get; }

    public bool IsTraining { get; }

    public ulong Seed { get; }

    public int ChunkCount => (Steps.Count + Steps.Chunk - 1) / Steps.Chunk;

    public Chunk GetChunk(int index) => new(Packed, index, index * Steps.Chunk, Steps.StepsFrom(index * Steps.Chunk));

    /// <summary>The row of the batch of each flat row of a chunk.</summary>
    public torch.Tensor RowsOf(in Chunk chunk) => _rows.Tensor.narrow(0, chunk.FlatStart, chunk.FlatRows);

    /// <summary>The step of each flat row of a chunk.</summary>
    public torch.Tensor StepsOf(in Chunk chunk) => _steps.Tensor.narrow(0, chunk.FlatStart, chunk.FlatRows);

    public void Dispose()
    {
        _rows.Dispose();
        _steps.Dispose();
    }
}
