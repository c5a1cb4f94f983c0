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

    /// <summary>An empty lost-bit store for a batch of <paramref name="rows"/> rows, and zero states unless those of the last step are to go on.</summary>
    public void Begin(int rows, bool keepsLostBits, bool continues = false)
    {
        foreach (var state in _states)
        {
            if (continues)
                break;
            state.EnsureLength((long)rows * Shape.StateStride);
            state.Clear();
        }
        // A cell that forgets nothing has no use for lanes.
        _lostBits.Reset(Shape.Spec.ForgetGates.Length == 0 ? 0 : rows, keepsLostBits);
        _checksums.Clear();
    }

    /// <summary>Keeps the states of the first <paramref name="rows"/> rows as they are now.</summary>
    public void Save(Checkpoint checkpoint, int rows)
    {
        var length = rows * Shape.StateStride;
        checkpoint.Rows = rows;
        for (var state = 0; state < _states.Length; state++)
        {
            checkpoint.States[state].EnsureLength(length);
            _states[state].Span[..length].CopyTo(checkpoint.States[state].Span);
        }
        checkpoint.Digits.EnsureLength(_lostBits.Digits.Length);
        checkpoint.Fill.EnsureLength(_lostBits.Fill.Length);
        _lostBits.Digits.CopyTo(checkpoint.Digits.Span);
        _lostBits.Fill.CopyTo(checkpoint.Fill.Span);
    }

    /// <summary>Goes back to a kept state.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        RestoreStates(checkpoint);
        checkpoint.Digits.Span[.._lostBits.Digits.Length].CopyTo(_lostBits.Digits);
        checkpoint.Fill.Span[.._lostBits.Fill.Length].CopyTo(_lostBits.Fill);
    }

    /// <summary>Goes back to kept states, whatever is in the lost-bit store.</summary>
    public void RestoreStates(Checkpoint checkpoint)
    {
        for (var state = 0; state < _states.Length; state++)
            checkpoint.States[state].Span[..(checkpoint.Rows * Shape.StateStride)].CopyTo(_states[state].Span);
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
