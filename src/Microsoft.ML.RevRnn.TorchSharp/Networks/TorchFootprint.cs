using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Bytes that a stack takes of a device for a batch, whatever its gates forget: the sum of what its parts allocate.</summary>
/// <param name="shape">The network.</param>
/// <param name="settings">How it works.</param>
/// <param name="limits">The device's.</param>
/// <param name="rows">B.</param>
/// <param name="steps">T.</param>
internal sealed class TorchFootprint(NetworkShape shape, StackSettings settings, DeviceLimits limits, int rows, int steps)
{
    private readonly int _chunkSteps = Math.Min(settings.ChunkLengthOf(shape).Steps(rows), Math.Max(1, steps));

    private long FlatRows => (long)rows * steps;

    /// <summary>Flat rows of a chunk.</summary>
    private long ChunkRows => (long)rows * _chunkSteps;

    private int ChunkCount => (steps + _chunkSteps - 1) / _chunkSteps;

    /// <summary>How the activations of a batch come back: as the settings say or, where they leave the choice, the fastest way within the budget.</summary>
    public (ActivationStrategy Strategy, ActivationPlan Plan) Choose()
    {
        var footprint = new ActivationFootprint(
            shape, new BatchExtent(rows, steps, _chunkSteps), workers: 1, settings.Dropout.Layer > 0, sharesInputs: false,
            ActivationFootprint.BitsAtMost(shape.Options.ForgettingLimit));
        if (settings.Strategy != ActivationStrategy.Auto)
            return (settings.Strategy, footprint.Plan(settings.Strategy));
        var least = ActivationStrategy.Stored;
        foreach (var strategy in footprint.Strategies)
        {
            if (Bytes(footprint.Plan(strategy)) <= (settings.MemoryBudget ?? long.MaxValue))
                return (strategy, footprint.Plan(strategy));
            if (Bytes(footprint.Plan(strategy)) < Bytes(footprint.Plan(least)))
                least = strategy;
        }
        return (least, footprint.Plan(least));
    }

    /// <summary>Bytes with a plan.</summary>
    public long Bytes(ActivationPlan plan)
    {
        var bytes = settings.HeadBytes + settings.BytesPerToken * FlatRows;
        for (var layer = 0; layer < shape.Layers; layer++)
            bytes += LayerBytes(layer, plan);
        // Rows and steps of the batch, tokens, and where a chunk's tokens stand.
        bytes += FlatRows * 3 * sizeof(long) + (3 * ChunkRows + 1) * sizeof(int) + Math.Min(FlatRows, shape.Vocabulary) * sizeof(int);
        if (settings.Dropout.Embedding > 0 || settings.Dropout is { InputByToken: true, Input: > 0 })
            bytes += FlatRows * sizeof(long) + Math.Min(FlatRows, shape.Vocabulary) * InputStride(0) * sizeof(float);
        // The gradient by the first layer's inputs, and the one that skips a layer.
        bytes += ChunkRows * InputStride(0) * sizeof(float);
        for (var layer = 1; layer < shape.Layers; layer++)
        {
            if (!shape.SkipsTo(layer))
                continue;
            bytes += ChunkRows * InputStride(layer) * sizeof(float);
            break;
        }
        if (settings.CarriesStates)
            bytes += 2L * rows * StateRow();
        return bytes;
    }

    private long LayerBytes(int index, ActivationPlan plan)
    {
        var layer = shape.Layer(index);
        var limit = shape.Options.ForgettingLimit;
        var sweep = SweepPlan.For(layer, rows, limits);
        var isCopied = plan.Reverses && ChunkCount > 1;
        var stored = plan.Reverses ? 0 : Math.Min(plan.SegmentChunks, ChunkCount);
        var rate = index > 0 ? settings.Dropout.Layer : settings.Dropout.InputByToken ? 0 : settings.Dropout.Input;
        var values = 0L;
        if (index == 0 || rate > 0 || shape.SkipsTo(index))
            values += ChunkRows * InputStride(index);
        if (rate > 0)
            values += (long)rows * InputStride(index);
        if (settings.Dropout.Weight > 0)
            values += (long)layer.Units * layer.GateStride;
        // Outputs, and the gradient by them.
        values += ChunkRows * layer.StateStride * (1 + Math.Max(1, stored));
        return values * sizeof(float) + SweepMemory.BytesFor(layer, limit, sweep, (rows, steps, _chunkSteps), isCopied, stored);
    }

    private int InputStride(int layer) => layer > 0
        ? shape.Layer(layer - 1).StateStride
        : shape.EmbeddingLayout?.StateStride ?? Compute.PackedMatrix.RoundUp(shape.Options.EmbeddingSize);

    private long StateRow()
    {
        var bytes = 0L;
        for (var layer = 0; layer < shape.Layers; layer++)
            bytes += (long)shape.Layer(layer).StateStride * shape.Layer(layer).StateCount * sizeof(int);
        return bytes;
    }
}
