using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>The states between chunks: zeroed, kept, brought back, and compared with what they were.</content>
internal sealed unsafe partial class RecurrentLayer
{
    /// <summary>Whether all states are zero, as before the first step.</summary>
    public bool HasZeroStates(int rows)
    {
        foreach (var state in _states)
        {
            if (state.Span[..(rows * Shape.StateStride)].ContainsAnyExcept(0))
                return false;
        }
        return true;
    }

    /// <summary>An empty lost-bit store for a batch of <paramref name="rows"/> rows, and zero states unless there are others to begin with.</summary>
    /// <param name="rows">B.</param>
    /// <param name="keepsLostBits">Whether words that the store moves out stay in it.</param>
    /// <param name="start">The states to begin with; null for zero.</param>
    /// <param name="onlyReads">Whether no backward pass follows.</param>
    public void Begin(int rows, bool keepsLostBits, LayerStates? start = null, bool onlyReads = false)
    {
        _startsAtZero = onlyReads && start == null;
        foreach (var state in _states)
        {
            state.EnsureLength((long)rows * Shape.StateStride);
            state.Clear();
        }
        if (start != null)
            RestoreStates(start);
        // A cell that forgets nothing has no use for lanes.
        _lostBits.Reset(Shape.Spec.ForgetGates.Length == 0 ? 0 : rows, keepsLostBits);
        _checksums.Clear();
    }

    /// <summary>Keeps the states of the first <paramref name="rows"/> rows as they are now.</summary>
    public void SaveStates(LayerStates target, int rows)
    {
        var length = rows * Shape.StateStride;
        target.Rows = rows;
        for (var state = 0; state < _states.Length; state++)
        {
            target.Values[state].EnsureLength(length);
            _states[state].Span[..length].CopyTo(target.Values[state].Span);
        }
    }

    /// <summary>Keeps states and lost-bit lanes: all that running on from here takes.</summary>
    public void Save(Checkpoint checkpoint, int rows)
    {
        SaveStates(checkpoint.States, rows);
        checkpoint.Digits.EnsureLength(_lostBits.Digits.Length);
        checkpoint.Fill.EnsureLength(_lostBits.Fill.Length);
        _lostBits.Digits.CopyTo(checkpoint.Digits.Span);
        _lostBits.Fill.CopyTo(checkpoint.Fill.Span);
    }

    /// <summary>Goes back to a kept state.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        RestoreStates(checkpoint.States);
        checkpoint.Digits.Span[.._lostBits.Digits.Length].CopyTo(_lostBits.Digits);
        checkpoint.Fill.Span[.._lostBits.Fill.Length].CopyTo(_lostBits.Fill);
    }

    /// <summary>Goes back to kept states, whatever is in the lost-bit store.</summary>
    public void RestoreStates(LayerStates source)
    {
        for (var state = 0; state < _states.Length; state++)
            source.Values[state].Span[..(source.Rows * Shape.StateStride)].CopyTo(_states[state].Span);
    }

    /// <summary>Adds the gradient by the states that the batch ended with, before the backward pass.</summary>
    public void AddStateGradients(LayerStates end)
    {
        for (var state = 0; state < _states.Length; state++)
        {
            var target = _stateGradients[state].Span[..(end.Rows * Shape.StateStride)];
            TensorPrimitives.Add(target, end.Gradients[state].Span[..target.Length], target);
        }
    }

    /// <summary>Gives the gradient by the states that the batch began with, after the backward pass.</summary>
    public void CopyStateGradients(LayerStates start)
    {
        for (var state = 0; state < _states.Length; state++)
        {
            start.Gradients[state].EnsureLength((long)start.Rows * Shape.StateStride);
            _stateGradients[state].Span[..(start.Rows * Shape.StateStride)].CopyTo(start.Gradients[state].Span);
        }
    }

    /// <summary>Adds a checksum of the states at a chunk's start, to be compared when recomputation is back there.</summary>
    public void RecordChecksum(int rows) => _checksums.Add(Checksum(rows));

    public void VerifyChecksum(in Chunk chunk)
    {
        if (_checksums[chunk.Index] == Checksum(chunk.ActiveRows(0)))
            return;
        throw new ReversalException(
            $"Recomputation did not return to the states before step {chunk.First}: the states' checksums differ. " +
            "The gradient would be wrong, so training stops. Please report this with the model's options; " +
            $"{nameof(ActivationStrategy)}.{nameof(ActivationStrategy.Stored)} avoids recomputation.");
    }

    private ulong Checksum(int rows)
    {
        var sum = 0UL;
        for (var state = 0; state < _states.Length; state++)
            sum += (ulong)(2 * state + 1) * _cell.Checksum(_states[state].Pointer, 0, rows);
        return sum;
    }
}
