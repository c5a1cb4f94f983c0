using System.Numerics;
using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// One layer of a reversible cell on a device: its forward pass over a batch, chunk by chunk, which keeps the states of the end and the bits lost on the way, and the
/// pass back, which recovers each chunk's activations and gives the gradients.
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

    /// <summary>outputs [flat, state stride] of inputs [flat, input stride], of the chunk that begins with step <paramref name="first"/>.</summary>
    public void Forward(int first, nint inputs, nint outputs, bool keepsLostBits = true)
    {
        if (keepsLostBits)
            Memory.ReservePages(_steps.RowsFrom(first), ReservesAllPages);
        var sweep = At(first) with { Outputs = outputs, Reset = 0, Keeps = keepsLostBits ? 1 : 0 };
        _products.Inputs(_weights, inputs, sweep.Gates, _steps.RowsFrom(first));
        _kernels.Forward(_shape.Kind, _plan, sweep);
        Meet(sweep, _shape.Spec.HasReset ? 2 : 1);
    }

    /// <summary>Takes the steps of a chunk back and gives their outputs; <see cref="Backward"/> must follow.</summary>
    public void Recover(int first, nint inputs, nint outputs)
    {
        Memory.Keep();
        var sweep = At(first) with { Outputs = outputs, Back = BackwardSweep.States };
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
    /// <param name="activations">What there is of the chunk already.</param>
    public void Backward(int first, nint inputs, nint outputGradient, nint inputGradient, in LayerWeights gradients, ChunkActivations activations = default)
    {
        var rows = _steps.RowsFrom(first);
        var sweep = At(first) with
        {
            Gradients = outputGradient,
            Back = activations == ChunkActivations.Recovered ? BackwardSweep.Gradients : BackwardSweep.Both,
        };
        if (activations == ChunkActivations.None)
            _products.Inputs(_weights, inputs, sweep.Gates, rows);
        _kernels.Backward(_shape.Kind, _plan, sweep);
        Meet(sweep, _shape.Spec.HasReset ? 3 : 1);
        _products.InputGradient(_weights, sweep.Gates, inputGradient, rows);
        _products.WeightGradients(gradients, inputs, sweep, rows);
    }

    /// <summary>Scales the rows' gradients by the states down that are longer.</summary>
    public void LimitGradients(float longest) => _kernels.Limit(Memory.Pointers.Carried, Memory.CarriedCount, _plan.Rows, longest);

    public void Dispose() => Memory.Dispose();

    /// <summary>A group's blocks meet after each product of a half that others read.</summary>
    private void Meet(in Sweep sweep, int times) => _epoch += (uint)(sweep.Steps * 2 * times);

    private Sweep At(int first)
    {
        var memory = Memory.Pointers;
        return _sweep with
        {
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
