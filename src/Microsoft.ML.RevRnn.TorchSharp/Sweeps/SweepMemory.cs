using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What the sweeps of a layer keep on a device: states, lost bits, and the activations of one chunk.</summary>
internal sealed partial class SweepMemory : IDisposable
{
    private const int RadixCount = 1025;
    private const double UnitsOfBit = 65536;

    private readonly IRecurrentKernels _kernels;
    private readonly CellShape _shape;
    private readonly SweepPlan _plan;
    private readonly Dictionary<nint, long> _owned = [];
    private readonly (nint Memory, long Bytes)[] _lostBits;
    private readonly int[] _emptyStacks;
    private readonly long _stateValues;
    private readonly long _digitValues;
    private readonly long _gateValues;
    private readonly int _mostPages;
    private readonly ForgettingLimit _limit;
    private (nint Memory, nint Copy, long Bytes)[] _kept = [];
    private Sweep _sweep;

    /// <param name="kernels">The device.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="limit">The most bits that a gate forgets.</param>
    /// <param name="plan">How the layer is spread over the device.</param>
    /// <param name="steps">The batch.</param>
    public SweepMemory(IRecurrentKernels kernels, CellShape shape, ForgettingLimit limit, SweepPlan plan, SweepSteps steps)
    {
        _kernels = kernels;
        _shape = shape;
        _plan = plan;
        _limit = limit;
        _gateValues = (long)steps.MostRows * shape.GateRow;
        _mostPages = PagesOf(shape, limit, plan, steps.FlatRow(steps.Count), isBegun: false);
        var perState = (long)shape.Units * plan.Rows;
        _stateValues = perState * shape.StateCount;
        _digitValues = perState * shape.Spec.ForgetGates.Length;
        _emptyStacks = new int[plan.Warps * 2];
        for (var i = 0; i < _emptyStacks.Length; i += 2)
            (_emptyStacks[i], _emptyStacks[i + 1]) = (-1, PageWords);
        _sweep = new Sweep
        {
            Digits = Own(_digitValues * sizeof(ulong)),
            Fills = Own(_digitValues * sizeof(int)),
            Taken = Own(sizeof(int)),
        };
        _lostBits = [.. _owned.Select(owned => (owned.Key, owned.Value))];
        _sweep.States = Own(_stateValues * sizeof(int));
        _sweep.Shown = Own(ShownCount * sizeof(float));
        _sweep.Carried = Own(_stateValues * sizeof(float));
        _sweep.Failed = Own(sizeof(int));
        _sweep.Account = Own(2 * sizeof(ulong));
        _sweep.Packed = Own((long)shape.Units * shape.GateCount * SweepPlan.Depth(shape) * sizeof(float));
        _sweep.Read0 = Own((long)steps.MostRows * shape.HalfStride * sizeof(float));
        _sweep.Read1 = shape.IsReversible ? Own((long)steps.MostRows * shape.HalfStride * sizeof(float)) : 0;
        _sweep.Reset = shape.Spec.HasReset ? Own((long)steps.MostRows * shape.StateStride * sizeof(float)) : 0;
        _sweep.Exchange = Own(2L * shape.GateStride * plan.Rows * sizeof(float));
        _sweep.Stacks = Own<int>(_emptyStacks);
        _sweep.Bits = Own<int>(RadixBits());
        _sweep.Active = Own<int>(steps.Active);
        _sweep.Flat = Own<int>(steps.ChunkRows());
        _sweep.Flags = Own(plan.Blocks * sizeof(uint));
    }

    /// <summary>Bytes that it has of the device.</summary>
    public long Bytes => _owned.Values.Sum();

    /// <summary>The pointers of a sweep, and no sizes.</summary>
    public Sweep Pointers => _sweep;

    /// <summary>Bits that forget gates have thrown away and were kept, and the least that would have done.</summary>
    public (long Kept, double Least) Account
    {
        get
        {
            var account = new ulong[2];
            _kernels.Download(_sweep.Account, account.AsSpan());
            return ((long)(account[0] / UnitsOfBit), account[1] / UnitsOfBit);
        }
    }

    /// <summary>Rows of carried gradients: as many values each.</summary>
    public int CarriedCount => _shape.Units * _shape.StateCount;

    /// <summary>[flat, gate row]: of the chunk at hand, where no record keeps it.</summary>
    public nint Gates => _sweep.Gates != 0 ? _sweep.Gates : _sweep.Gates = Own(_gateValues * sizeof(float));

    private long ShownCount => 2L * _shape.Half * _plan.Rows;

    /// <summary>Keeps the states and digits as they are now, for <see cref="BringBack"/>.</summary>
    public void Keep()
    {
        if (_kept.Length == 0)
        {
            _kept = [.. ((ReadOnlySpan<nint>)[_sweep.States, _sweep.Shown, _sweep.Digits, _sweep.Fills, _sweep.Stacks]).ToArray()
                .Where(memory => _owned[memory] > 0)
                .Select(memory => (memory, Own(_owned[memory]), _owned[memory]))];
        }
        foreach (var (memory, copy, bytes) in _kept)
            _kernels.Copy(memory, copy, bytes);
    }

    /// <summary>Goes back to what <see cref="Keep"/> kept. The words that have come off the stacks since are still in their pages.</summary>
    public void BringBack()
    {
        foreach (var (memory, copy, bytes) in _kept)
            _kernels.Copy(copy, memory, bytes);
    }

    /// <summary>Whether reversal arrived at states, with nothing left of the lost bits.</summary>
    /// <param name="expected">The states, as <see cref="ReadStates"/> gives them; null for zero.</param>
    /// <exception cref="ReversalException">It did not.</exception>
    public void CheckReversed(int[]? expected = null)
    {
        // The states of other cells stay where the pass forward left them.
        if (!_shape.IsReversible)
            return;
        var failed = Read(_sweep.Failed);
        var states = ReadStates();
        var digits = new ulong[_digitValues];
        _kernels.Download(_sweep.Digits, digits.AsSpan());
        if (failed == 1)
            throw new ReversalException($"The {_sweep.PageCapacity} pages that were set aside for lost bits were not enough.");
        if (failed == 2)
            throw new ReversalException("A hidden or cell state grew beyond the range of its fixed-point format. Gates keep states far below it, so memory was damaged; please report this.");
        var isBack = expected == null ? !states.AsSpan().ContainsAnyExcept(0) : states.AsSpan().SequenceEqual(expected);
        if (failed != 0 || !isBack || digits.AsSpan().ContainsAnyExcept(0UL))
        {
            throw new ReversalException("Reversal on the device did not arrive at the states that it began with " +
                $"({digits.Count(value => value != 0)} digits are left, code {failed}), so the gradient is wrong and training stops.");
        }
    }

    public void Dispose()
    {
        foreach (var memory in _owned.Keys)
            _kernels.Free(memory);
        _owned.Clear();
    }

    /// <summary>The bits that a digit of base n takes: 65536 log2 n, rounded up.</summary>
    private static int[] RadixBits()
    {
        var bits = new int[RadixCount];
        for (var n = 1; n < RadixCount; n++)
            bits[n] = (int)Math.Ceiling(Math.Log2(n) * UnitsOfBit - 1e-9);
        return bits;
    }

    private int Read(nint memory)
    {
        Span<int> value = stackalloc int[1];
        _kernels.Download(memory, value);
        return value[0];
    }

    private nint Own(long bytes)
    {
        var memory = _kernels.Allocate(bytes);
        _owned.Add(memory, bytes);
        return memory;
    }

    private void Disown(nint memory)
    {
        _kernels.Free(memory);
        _owned.Remove(memory);
    }

    private unsafe nint Own<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var memory = Own((long)values.Length * sizeof(T));
        _kernels.Upload(values, memory);
        return memory;
    }
}
