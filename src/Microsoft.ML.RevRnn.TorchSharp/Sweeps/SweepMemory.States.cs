using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Torch;

/// <content>The states: set at a batch's start or a segment's, and read.</content>
internal sealed partial class SweepMemory
{
    /// <summary>Zero states, no lost bits, and nothing counted: for a new batch.</summary>
    public void Clear()
    {
        foreach (var memory in (ReadOnlySpan<nint>)[_sweep.States, _sweep.Shown, _sweep.Failed, _sweep.Account])
            _kernels.Clear(memory, _owned[memory]);
        ClearLostBits();
    }

    /// <summary>Zero gradients by the states.</summary>
    public void ClearCarried() => _kernels.Clear(_sweep.Carried, _owned[_sweep.Carried]);

    /// <summary>The device's states now, in its own order.</summary>
    public int[] ReadStates()
    {
        var states = new int[_stateValues];
        _kernels.Download(_sweep.States, states.AsSpan());
        return states;
    }

    /// <summary>Begins with states, with no lost bits.</summary>
    /// <param name="states">As <see cref="ReadStates"/> gives them.</param>
    public void WriteStates(int[] states)
    {
        var hidden = states.AsSpan(0, _shape.Units * _plan.Rows);
        var shown = new float[ShownCount];
        for (var i = 0; i < hidden.Length; i++)
            shown[i] = _shape.IsReversible ? hidden[i] * (1f / FixedPoint.StateOne) : BitConverter.Int32BitsToSingle(hidden[i]);
        // Which of two buffers an ordinary cell begins with depends on the step.
        if (!_shape.IsReversible)
            shown.AsSpan(0, hidden.Length).CopyTo(shown.AsSpan(hidden.Length));
        _kernels.Upload<int>(states, _sweep.States);
        _kernels.Upload<float>(shown, _sweep.Shown);
        ClearLostBits();
    }

    /// <summary>The engine's states in the device's order.</summary>
    public int[] Arranged(LayerStates source)
    {
        var states = new int[_stateValues];
        for (var state = 0; state < _shape.StateCount; state++)
        {
            for (var row = 0; row < source.Rows; row++)
            {
                var values = source.Values[state].Span.Slice(row * _shape.StateStride, _shape.StateStride);
                for (var unit = 0; unit < _shape.Units; unit++)
                    states[Place(state, unit, row)] = values[_shape.StateIndex(unit)];
            }
        }
        return states;
    }

    /// <summary>Gives states of so many rows in the engine's order.</summary>
    /// <param name="states">As <see cref="ReadStates"/> gives them.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="rows">How many.</param>
    public void Arrange(int[] states, LayerStates target, int rows)
    {
        target.Rows = rows;
        for (var state = 0; state < _shape.StateCount; state++)
        {
            target.Values[state].EnsureLength((long)rows * _shape.StateStride);
            for (var row = 0; row < rows; row++)
            {
                var values = target.Values[state].Span.Slice(row * _shape.StateStride, _shape.StateStride);
                for (var unit = 0; unit < _shape.Units; unit++)
                    values[_shape.StateIndex(unit)] = states[Place(state, unit, row)];
            }
        }
    }

    private int Place(int state, int unit, int row) => (state * _shape.Units + unit) * _plan.Rows + row;

    private void ClearLostBits()
    {
        foreach (var (memory, bytes) in _lostBits)
            _kernels.Clear(memory, bytes);
        _kernels.Upload<int>(_emptyStacks, _sweep.Stacks);
    }
}
