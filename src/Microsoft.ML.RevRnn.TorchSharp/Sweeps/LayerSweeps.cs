using System.Numerics;
using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// One layer on a device: its forward pass over a batch, chunk by chunk, and the pass back, which gives the gradients. A reversible cell keeps the states of the end
/// and the bits lost on the way, and recovers each chunk's activations, unless a record of the chunk has them; another cell needs the record.
/// </summary>
internal sealed class LayerSweeps : IDisposable
{
    private readonly IRecurrentKernels _kernels;
    private readonly CellShape _shape;
    private readonly SweepSteps _steps;
    private readonly SweepPlan _plan;
    private readonly LayerProducts _products;
    private Sweep _sweep;
    private LayerWeights _weights;
    private uint _epoch;

    /// <param name="kernels">The device.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="limit">The most bits that a gate forgets.</param>
    /// <param name="inputs">Rows of the input weights, and length of a row of inputs.</param>
    /// <param name="steps">The batch.</param>
    /// <param name="plan">How it is spread over the device.</param>
    public LayerSweeps(IRecurrentKernels kernels, CellShape shape, ForgettingLimit limit, (int Rows, int Stride) inputs, SweepSteps steps, SweepPlan plan)
    {
        _kernels = kernels;
        _shape = shape;
        _steps = steps;
        _plan = plan;
        Memory = new SweepMemory(kernels, shape, limit, plan, steps);
        _products = new LayerProducts(kernels, shape, inputs.Rows, inputs.Stride);
        _sweep = Memory.Pointers with
        {
            Units = shape.Half,
            Block = shape.BlockStride,
            GateStride = shape.GateStride,
            GateRow = shape.GateRow,
            HalfStride = shape.HalfStride,
            Depth = SweepPlan.Depth(shape),
            Rows = plan.Rows,
            RowsOfGroup = plan.RowsOfGroup,
            ShiftOfGroup = BitOperations.Log2((uint)plan.RowsOfGroup),
            BlocksOfGroup = plan.BlocksOfGroup,
            UnitsOfBlock = plan.UnitsOfBlock,
            Workers = plan.Workers,
            Tile = plan.Tile,
            Range = limit == ForgettingLimit.None ? 1 : 1 - MathF.Pow(2, -(int)limit),
            Highest = shape.Spec.MaximumGate,
        };
    }

    /// <summary>What it keeps on the device.</summary>
    public SweepMemory Memory { get; }

    /// <summary>Whether all pages that lost bits can need are taken at once.</summary>
    public bool ReservesAllPages { get; init; }

    /// <summary>Forgets what was, for a new batch or new weights.</summary>
    public void Begin(in LayerWeights weights)
    {
        Memory.Clear();
        _weights = weights;
        (_sweep.Hidden0, _sweep.Hidden1) = (weights.Hidden0, weights.Hidden1);
        _kernels.Pack(weights.Hidden0, weights.Hidden1, _sweep.Packed, _shape, _sweep.Depth);
    }

    /// <summary>Room for what is to be kept of a chunk.</summary>
    public ChunkRecord CreateRecord() => new(_kernels, _shape, _plan, _steps.MostRows);

    /// <summary>outputs [flat, state stride] of inputs [flat, input stride], of the chunk that begins with step <paramref name="first"/>.</summary>
    /// <param name="first">The chunk's first step.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">Receives its outputs.</param>
    /// <param name="keepsLostBits">Whether it can be taken back.</param>
    /// <param name="record">Receives what the pass back needs; null for nothing.</param>
    public void Forward(int first, nint inputs, nint outputs, bool keepsLostBits = true, ChunkRecord? record = null)
    {
        keepsLostBits &= _shape.Spec.ForgetGates.Length > 0;
        if (keepsLostBits)
            Memory.ReservePages(_steps.RowsFrom(first), ReservesAllPages);
        if (record != null)
            record.Outputs = outputs;
        var sweep = At(first, record) with { Outputs = outputs, Reset = 0, Keeps = keepsLostBits ? 1 : 0, KeepsGates = record == null ? 0 : 1 };
        _products.Inputs(_weights, inputs, sweep.Gates, _steps.RowsFrom(first));
        _kernels.Forward(_shape.Kind, _plan, sweep);
        Meet(sweep, _shape.Spec.HasReset ? 2 : 1);
    }

    /// <summary>Takes the steps of a chunk back and gives their outputs; <see cref="Backward"/> must follow.</summary>
    public void Recover(int first, nint inputs, nint outputs)
    {
        Memory.Keep();
        var sweep = At(first) with { Outputs = outputs, Back = BackwardSweep.States, KeepsGates = 1 };
        _products.Inputs(_weights, inputs, sweep.Gates, _steps.RowsFrom(first));
        _kernels.Backward(_shape.Kind, _plan, sweep);
        Meet(sweep, _shape.Spec.HasReset ? 2 : 1);
        Memory.BringBack();
    }

    /// <summary>From the gradient by a chunk's outputs: that by its inputs, and those by the weights, which are added to.</summary>
    /// <param name="first">Its first step.</param>
    /// <param name="inputs">[flat, input stride].</param>
    /// <param name="outputGradient">[flat, state stride].</param>
    /// <param name="inputGradient">[flat, input stride].</param>
    /// <param name="gradients">By the weights.</param>
    /// <param name="activations">What there is of the chunk already, where there is no record.</param>
    /// <param name="record">What the pass forward left; what it has is overwritten.</param>
    public void Backward(
        int first, nint inputs, nint outputGradient, nint inputGradient, in LayerWeights gradients, ChunkActivations activations = default, ChunkRecord? record = null)
    {
        var rows = _steps.RowsFrom(first);
        var sweep = At(first, record) with
        {
            Gradients = outputGradient,
            Outputs = record?.Outputs ?? 0,
            Back = record != null || activations == ChunkActivations.Recovered ? BackwardSweep.Gradients : BackwardSweep.Both,
        };
        if (record == null && activations == ChunkActivations.None)
            _products.Inputs(_weights, inputs, sweep.Gates, rows);
        _kernels.Backward(_shape.Kind, _plan, sweep);
        Meet(sweep, !_shape.Spec.HasReset ? 1 : _shape.IsReversible ? 3 : 2);
        _products.InputGradient(_weights, sweep.Gates, inputGradient, rows);
        _products.WeightGradients(gradients, inputs, sweep, rows);
    }

    /// <summary>Scales the rows' gradients by the states down that are longer.</summary>
    public void LimitGradients(float longest) => _kernels.Limit(Memory.Pointers.Carried, Memory.CarriedCount, _plan.Rows, longest);

    public void Dispose() => Memory.Dispose();

    /// <summary>A group's blocks meet after each product of a half that others read.</summary>
    private void Meet(in Sweep sweep, int times) => _epoch += (uint)(sweep.Steps * _shape.Halves * times);

    private Sweep At(int first, ChunkRecord? record = null)
    {
        var memory = Memory.Pointers;
        return _sweep with
        {
            Gates = record?.Gates ?? Memory.Gates,
            Cells = record?.Cells ?? 0,
            Start = record?.Start ?? 0,
            First = first,
            Words = memory.Words,
            Below = memory.Below,
            PageCapacity = memory.PageCapacity,
            Steps = _steps.StepsFrom(first),
            Active = memory.Active + first * sizeof(int),
            Flat = memory.Flat + first * sizeof(int),
            Epoch = _epoch,
        };
    }
}
