using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Counts what a stack's buffers take for a batch of B rows of T steps, before there is any: the same sums that the buffers report to the
/// <see cref="MemoryMeter"/>, but for the lost bits, which depend on how far the gates are open.
/// </summary>
internal sealed class ActivationFootprint
{
    private const int HeadRowsPerUnit = 3;

    private readonly int _chunkCount;
    private readonly bool _reversible;
    private readonly long _allRecords;
    private readonly double _allLostBits;

    public ActivationFootprint(NetworkShape network, BatchExtent batch, int workers, bool hasDropout, bool sharesInputs, double bitsPerForgetGate)
    {
        var (rows, steps, chunkSteps) = batch;
        _reversible = network.Top.IsReversible;
        _chunkCount = Math.Max(1, (steps + chunkSteps - 1) / chunkSteps);
        long flat = (long)Math.Min(steps, chunkSteps) * rows;
        var blocks = (rows + LostBitStore.RowsPerBlock - 1) / LostBitStore.RowsPerBlock;
        for (var layer = 0; layer < network.Layers; layer++)
        {
            var shape = network.Layer(layer);
            var stateRow = sizeof(float) * (long)shape.StateStride;
            var states = stateRow * shape.StateCount;
            var inputRow = sizeof(float) * (long)(layer > 0
                ? network.Layer(layer - 1).StateStride
                : network.EmbeddingLayout?.StateStride ?? PackedMatrix.RoundUp(network.Options.EmbeddingSize));
            var skips = network.SkipsTo(layer);
            var lanes = shape.Spec.ForgetGates.Length == 0 ? 0 : blocks * LostBitLanes.Count * (long)(sizeof(double) + sizeof(int));

            var activations = sizeof(float) * (long)shape.GateRow + states;
            var start = rows * states;
            PerRecord += flat * activations + start;
            _allRecords += (long)steps * rows * activations + _chunkCount * start;
            PerCheckpoint += rows * states + lanes;
            // States, their gradients and one scratch row; lost-bit lanes.
            Fixed += rows * (2 * states + sizeof(float) * (long)shape.HalfStride) + lanes;
            Fixed += sizeof(float) * (rows + flat) * shape.InnerRow;
            // Of a chunk: hidden inputs, reset states, packed gate gradients, output gradients, inputs.
            Fixed += flat * (sizeof(float) * (long)shape.HalfStride + (shape.Spec.HasReset ? stateRow : 0)
                + workers * sizeof(float) * (long)MatrixKernel.ColumnAlignment + stateRow
                + (layer == 0 || hasDropout || skips ? inputRow : 0));
            if (layer == 0 && sharesInputs)
                Fixed += SharedInputs.Bytes(flat, shape.GateRow, (int)(inputRow / sizeof(float))) + (network.SkipsTo(1) ? flat * inputRow : 0);
            // The gradient by the inputs of the first layer, and the one that skips past a layer, of which there is one at a time.
            if (layer == 0 || (skips && !network.SkipsTo(layer - 1)))
                Fixed += flat * inputRow;
            if (layer == network.Layers - 1)
                Fixed += HeadRowsPerUnit * rows * stateRow;
            var lostBits = (double)shape.Units * shape.Spec.ForgetGates.Length * bitsPerForgetGate / 8;
            PerChunkLostBits += flat * lostBits;
            _allLostBits += (double)steps * rows * lostBits;
        }
    }

    /// <summary>Bytes whatever the plan.</summary>
    public long Fixed { get; }

    /// <summary>Bytes of one chunk's gates and states.</summary>
    public long PerRecord { get; }

    /// <summary>Bytes of the state of one moment.</summary>
    public long PerCheckpoint { get; }

    /// <summary>Bytes of one chunk's lost bits.</summary>
    public double PerChunkLostBits { get; }

    /// <summary>
    /// Mean of -log2 z over the forget gates z = m sigmoid(b) + (1 - m) of a cell: what they cost before training. Gates that learn to forget cost up to the limit.
    /// </summary>
    public static double BitsAtStart(CellShape shape, ForgettingLimit limit)
    {
        var m = limit == ForgettingLimit.None ? 1 : 1 - Math.ScaleB(1, -(int)limit);
        var bits = 0.0;
        foreach (var gate in shape.Spec.ForgetGates)
            bits += shape.Spec.Gates[gate].IsConstant ? shape.Spec.TimeConstants.Mean(BitsOf) : BitsOf(shape.Spec.Gates[gate].InitialBias);
        return shape.Spec.ForgetGates.Length == 0 ? 0 : bits / shape.Spec.ForgetGates.Length;

        double BitsOf(double bias) => -HostMath.Log2(m / (1 + HostMath.Exp(-bias)) + 1 - m);
    }

    /// <summary>The most that a forget gate can cost.</summary>
    public static double BitsAtMost(ForgettingLimit limit) => limit == ForgettingLimit.None ? FixedPoint.GateBits : (int)limit;

    /// <summary>The plan of a strategy for this batch; segments are as long as makes their sum of bytes least.</summary>
    public ActivationPlan Plan(ActivationStrategy strategy) => strategy switch
    {
        ActivationStrategy.Stored => new ActivationPlan(_chunkCount, false),
        ActivationStrategy.Reversible => new ActivationPlan(_chunkCount, true),
        ActivationStrategy.Checkpointed => new ActivationPlan(SegmentChunks(PerRecord), false),
        ActivationStrategy.Hybrid => new ActivationPlan(SegmentChunks(PerChunkLostBits), true),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "The strategy has no plan of its own."),
    };

    /// <summary>Bytes at the most.</summary>
    public long Bytes(ActivationPlan plan)
    {
        var segments = plan.SegmentCount(_chunkCount);
        // The last chunk may be shorter than the others.
        var ofSegment = plan.Reverses
            ? PerRecord + (long)Math.Min(plan.SegmentChunks * PerChunkLostBits, _allLostBits)
            : Math.Min(plan.SegmentChunks * PerRecord, _allRecords);
        return Fixed + ofSegment + (segments > 1 ? segments * PerCheckpoint : 0);
    }

    /// <summary>Strategies that the cell can do, from the fastest to the one of least memory.</summary>
    public ReadOnlySpan<ActivationStrategy> Strategies => _reversible
        ? [ActivationStrategy.Stored, ActivationStrategy.Reversible, ActivationStrategy.Checkpointed, ActivationStrategy.Hybrid]
        : [ActivationStrategy.Stored, ActivationStrategy.Checkpointed];

    /// <summary>The fastest strategy that stays within a budget; where none does, the one of least memory.</summary>
    public ActivationStrategy Choose(long budget)
    {
        var least = ActivationStrategy.Stored;
        foreach (var strategy in Strategies)
        {
            if (Bytes(Plan(strategy)) <= budget)
                return strategy;
            if (Bytes(Plan(strategy)) < Bytes(Plan(least)))
                least = strategy;
        }
        return least;
    }

    /// <summary>The root of the ratio of what a checkpoint and a chunk of a segment cost, by which n / k checkpoints and k chunks are least.</summary>
    private int SegmentChunks(double perChunk) =>
        (int)Math.Clamp(Math.Round(Math.Sqrt(_chunkCount * PerCheckpoint / perChunk)), 1, _chunkCount);
}
