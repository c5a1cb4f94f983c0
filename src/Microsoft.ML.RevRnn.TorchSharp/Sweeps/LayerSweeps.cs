using System.Numerics;
using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// One layer of a reversible cell on a device: its forward pass over a batch in chunks, which keeps the states of the end and the bits lost on the way, and the
/// pass back, which recovers each chunk's activations and gives the gradients.
/// </summary>
internal sealed class LayerSweeps : IDisposable
{
    private readonly IRecurrentKernels _kernels;
    private readonly CellShape _shape;
    private readonly int _inputStride;
    private readonly SweepSteps _steps;
    private readonly SweepPlan _plan;
    private readonly SweepMemory _memory;
    private readonly LayerProducts _products;
    private Sweep _sweep;
    private uint _epoch;

    /// <param name="kernels">The device.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="limit">The most bits that a gate forgets.</param>
    /// <param name="inputs">Rows of the input weights, and length of a row of inputs.</param>
    /// <param name="steps">The batch.</param>
    /// <param name="layout">How it is spread over the device, and the pages that are set aside for lost bits.</param>
    public LayerSweeps(
        IRecurrentKernels kernels, CellShape shape, ForgettingLimit limit, (int Rows, int Stride) inputs, SweepSteps steps, (SweepPlan Plan, int Pages) layout)
    {
        _kernels = kernels;
        _shape = shape;
        _inputStride = inputs.Stride;
        _steps = steps;
        _plan = layout.Plan;
        _memory = new SweepMemory(kernels, shape, _plan, steps, layout.Pages);
        _products = new LayerProducts(kernels, shape, inputs.Rows, inputs.Stride);
        _sweep = _memory.Pointers with
        {
            Units = shape.Half,
            Block = shape.BlockStride,
            GateStride = shape.GateStride,
            GateRow = shape.GateRow,
            HalfStride = shape.HalfStride,
            Depth = SweepPlan.Depth(shape),
            Rows = _plan.Rows,
            RowsOfGroup = _plan.RowsOfGroup,
            ShiftOfGroup = BitOperations.Log2((uint)_plan.RowsOfGroup),
            BlocksOfGroup = _plan.BlocksOfGroup,
            UnitsOfBlock = _plan.UnitsOfBlock,
            Workers = _plan.Workers,
            Tile = _plan.Tile,
            Range = limit == ForgettingLimit.None ? 1 : 1 - MathF.Pow(2, -(int)limit),
            Highest = shape.Spec.MaximumGate,
            Keeps = 1,
        };
    }

    /// <summary>What it keeps on the device.</summary>
    public SweepMemory Memory => _memory;

    /// <summary>Forgets what was, for a new batch or new weights.</summary>
    public void Begin(in LayerWeights weights)
    {
        _memory.Clear();
        (_sweep.Hidden0, _sweep.Hidden1) = (weights.Hidden0, weights.Hidden1);
        _kernels.Pack(weights.Hidden0, weights.Hidden1, _sweep.Packed, _shape, _sweep.Depth);
    }

    /// <summary>outputs [flat, state stride] of inputs [flat, input stride].</summary>
    public void Forward(in LayerWeights weights, nint inputs, nint outputs)
    {
        for (var first = 0; first < _steps.Count; first += _steps.Chunk)
        {
            var sweep = At(first);
            _products.Inputs(weights, Rows(inputs, first, _inputStride), sweep.Gates, _steps.RowsFrom(first));
            sweep.Outputs = Rows(outputs, first, _shape.StateStride);
            sweep.Reset = 0;
            _kernels.Forward(_shape.Kind, _plan, sweep);
            // A group's blocks meet after each product of a half that others read.
            _epoch += (uint)(sweep.Steps * 2 * (_shape.Spec.HasReset ? 2 : 1));
        }
    }

    /// <summary>From the gradient by the outputs: that by the inputs, and those by the weights, which are added to.</summary>
    public void Backward(in LayerWeights weights, nint inputs, nint outputGradient, nint inputGradient, in LayerWeights gradients)
    {
        for (var first = _steps.LastChunk; first >= 0; first -= _steps.Chunk)
        {
            var sweep = At(first);
            var rows = _steps.RowsFrom(first);
            var read = Rows(inputs, first, _inputStride);
            _products.Inputs(weights, read, sweep.Gates, rows);
            sweep.Gradients = Rows(outputGradient, first, _shape.StateStride);
            _kernels.Backward(_shape.Kind, _plan, sweep);
            _epoch += (uint)(sweep.Steps * 2 * (_shape.Spec.HasReset ? 3 : 1));
            _products.InputGradient(weights, sweep.Gates, Rows(inputGradient, first, _inputStride), rows);
            _products.WeightGradients(gradients, read, sweep, rows);
        }
    }

    public void Dispose() => _memory.Dispose();

    private nint Rows(nint values, int first, int stride) => values + (nint)_steps.FlatRow(first) * stride * sizeof(float);

    private Sweep At(int first) => _sweep with
    {
        Steps = _steps.StepsFrom(first),
        Active = _sweep.Active + first * sizeof(int),
        Flat = _sweep.Flat + first * sizeof(int),
        Epoch = _epoch,
    };
}
