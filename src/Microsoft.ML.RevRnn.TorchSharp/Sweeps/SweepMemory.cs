using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What the sweeps of a layer keep on a device: states, lost bits, and the activations of one chunk.</summary>
internal sealed class SweepMemory : IDisposable
{
    private const int PageWords = 64;
    private const int RadixCount = 1025;

    private readonly IRecurrentKernels _kernels;
    private readonly List<(nint Memory, long Bytes)> _owned = [];
    private readonly (nint Memory, long Bytes)[] _cleared;
    private readonly int[] _emptyStacks;
    private readonly long _stateValues;
    private readonly long _digitValues;
    private readonly Sweep _sweep;

    public SweepMemory(IRecurrentKernels kernels, CellShape shape, SweepPlan plan, SweepSteps steps, int pages)
    {
        _kernels = kernels;
        var perState = 2L * shape.Half * plan.Rows;
        _stateValues = perState * shape.StateCount;
        _digitValues = perState * shape.Spec.ForgetGates.Length;
        // The host's kernels have a stack for each unit of a row, a GPU's one for each warp.
        _emptyStacks = new int[Math.Max(plan.Warps, shape.Half * plan.Rows) * 2];
        for (var i = 0; i < _emptyStacks.Length; i += 2)
            (_emptyStacks[i], _emptyStacks[i + 1]) = (-1, PageWords);
        var sweep = new Sweep
        {
            States = Own(_stateValues * sizeof(int)),
            Shown = Own(perState * sizeof(float)),
            Carried = Own(_stateValues * sizeof(float)),
            Digits = Own(_digitValues * sizeof(ulong)),
            Fills = Own(_digitValues * sizeof(int)),
            Taken = Own(sizeof(int)),
            Failed = Own(sizeof(int)),
        };
        _cleared = [.. _owned];
        sweep.Packed = Own(2L * shape.Half * shape.GateCount * SweepPlan.Depth(shape) * sizeof(float));
        sweep.Gates = Own((long)steps.MostRows * shape.GateRow * sizeof(float));
        sweep.Read0 = Own((long)steps.MostRows * shape.HalfStride * sizeof(float));
        sweep.Read1 = Own((long)steps.MostRows * shape.HalfStride * sizeof(float));
        sweep.Reset = shape.Spec.HasReset ? Own((long)steps.MostRows * shape.StateStride * sizeof(float)) : 0;
        sweep.Exchange = Own(2L * shape.GateStride * plan.Rows * sizeof(float));
        sweep.Stacks = Own(_emptyStacks.Length * sizeof(int));
        sweep.Words = Own((long)pages * PageWords * sizeof(uint));
        sweep.Below = Own((long)pages * sizeof(int));
        sweep.PageCapacity = pages;
        sweep.Bits = Own<int>(RadixBits());
        sweep.Active = Own<int>(steps.Active);
        sweep.Flat = Own<int>(steps.ChunkRows());
        sweep.Flags = Own(plan.Blocks * sizeof(uint));
        _sweep = sweep;
    }

    /// <summary>Bytes of a page of lost bits, with the number of the page below it.</summary>
    public static int PageBytes => PageWords * sizeof(uint) + sizeof(int);

    /// <summary>Bytes that it took of the device.</summary>
    public long Bytes => _owned.Sum(owned => owned.Bytes);

    /// <summary>The pages of lost bits that are in use.</summary>
    public int PagesTaken => Read(_sweep.Taken);

    /// <summary>The pointers of a sweep, and no sizes.</summary>
    public Sweep Pointers => _sweep;

    /// <summary>Zero states and gradients, and no lost bits.</summary>
    public void Clear()
    {
        foreach (var (memory, bytes) in _cleared)
            _kernels.Clear(memory, bytes);
        _kernels.Upload<int>(_emptyStacks, _sweep.Stacks);
    }

    /// <summary>Whether reversal arrived where the batch began, with nothing left of the lost bits.</summary>
    /// <exception cref="ReversalException">It did not.</exception>
    public void CheckReversed()
    {
        var failed = Read(_sweep.Failed);
        var states = new int[_stateValues];
        _kernels.Download(_sweep.States, states.AsSpan());
        var digits = new ulong[_digitValues];
        _kernels.Download(_sweep.Digits, digits.AsSpan());
        if (failed == 1)
            throw new ReversalException($"The {_sweep.PageCapacity} pages that were set aside for lost bits were not enough.");
        if (failed != 0 || states.AsSpan().ContainsAnyExcept(0) || digits.AsSpan().ContainsAnyExcept(0UL))
        {
            throw new ReversalException("Reversal on the device did not arrive at the states that the batch began with: " +
                $"{states.Count(value => value != 0)} states and {digits.Count(value => value != 0)} digits are left, code {failed}.");
        }
    }

    public void Dispose()
    {
        foreach (var (memory, _) in _owned)
            _kernels.Free(memory);
        _owned.Clear();
    }

    /// <summary>The bits that a digit of base n takes: 65536 log2 n, rounded up.</summary>
    private static int[] RadixBits()
    {
        var bits = new int[RadixCount];
        for (var n = 1; n < RadixCount; n++)
            bits[n] = (int)Math.Ceiling(Math.Log2(n) * 65536 - 1e-9);
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
        _owned.Add((memory, bytes));
        return memory;
    }

    private unsafe nint Own<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var memory = Own((long)values.Length * sizeof(T));
        _kernels.Upload(values, memory);
        return memory;
    }
}
