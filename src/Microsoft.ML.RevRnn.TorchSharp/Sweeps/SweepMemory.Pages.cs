using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <content>The pages that lost bits move to: a kernel cannot ask for more, so there are always enough for the chunk that it is to run.</content>
internal sealed partial class SweepMemory
{
    private const int PageWords = 64;
    private const int WordBits = 32;

    /// <summary>Bytes of a page of lost bits, with the number of the page below it.</summary>
    public static int PageBytes => PageWords * sizeof(uint) + sizeof(int);

    /// <summary>The pages of lost bits that are in use.</summary>
    public int PagesTaken => Read(_sweep.Taken);

    /// <summary>Pages that so many rows of steps can need: each warp has one that is not full.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="limit">The most bits that a gate forgets.</param>
    /// <param name="plan">How the layer is spread over the device.</param>
    /// <param name="flatRows">How many rows.</param>
    /// <param name="isBegun">Whether there were steps before, so that each unit may have a word that is nearly due.</param>
    public static int PagesOf(CellShape shape, ForgettingLimit limit, SweepPlan plan, long flatRows, bool isBegun)
    {
        var gates = (double)shape.Units * shape.Spec.ForgetGates.Length;
        var words = flatRows * gates * ActivationFootprint.BitsAtMost(limit) / (WordBits - 0.5) + (isBegun ? gates * plan.Rows : 0);
        return (int)Math.Min(int.MaxValue / PageWords, Math.Ceiling(words / PageWords) + plan.Warps);
    }

    /// <summary>Bytes of a layer for a batch of rows of equal length, whatever its gates forget.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="limit">The most bits that a gate forgets.</param>
    /// <param name="plan">How the layer is spread over the device.</param>
    /// <param name="extent">B, T, and steps of a chunk.</param>
    /// <param name="isCopied">Whether <see cref="Keep"/> is called.</param>
    /// <param name="records">Chunks of which there is a <see cref="ChunkRecord"/>.</param>
    public static long BytesFor(
        CellShape shape, ForgettingLimit limit, SweepPlan plan, (int Rows, int Steps, int ChunkSteps) extent, bool isCopied, int records = 0)
    {
        var perState = (long)shape.Units * plan.Rows;
        var shown = 2L * shape.Half * plan.Rows * sizeof(float);
        var chunkRows = (long)extent.Rows * extent.ChunkSteps;
        var digits = perState * shape.Spec.ForgetGates.Length * (sizeof(ulong) + sizeof(int));
        var states = perState * shape.StateCount * sizeof(int);
        var stacks = 2L * plan.Warps * sizeof(int);
        var kept = digits + states + shown + stacks;
        // Pre-activations, what each half read, reset states, and what blocks exchange.
        var values = chunkRows * ((records == 0 ? shape.GateRow : 0) + shape.StateStride + (shape.Spec.HasReset ? shape.StateStride : 0))
            + 2L * shape.GateStride * plan.Rows + (long)shape.Units * shape.GateCount * SweepPlan.Depth(shape);
        var pages = PagesOf(shape, limit, plan, (long)extent.Rows * extent.Steps, isBegun: false);
        return records * ChunkRecord.BytesFor(shape, plan, chunkRows) + (isCopied ? 2 : 1) * kept + states + values * sizeof(float) + pages * (long)PageBytes
            + RadixCount * sizeof(int) + 2L * extent.Steps * sizeof(int) + plan.Blocks * sizeof(uint) + 2 * sizeof(int) + 2 * sizeof(ulong);
    }

    /// <summary>Makes sure that there are pages for the chunk to come.</summary>
    /// <param name="flatRows">Its rows.</param>
    /// <param name="all">Whether to take all that the batch can need, so that there is no growing beside what there is.</param>
    public void ReservePages(int flatRows, bool all)
    {
        if (_sweep.PageCapacity >= _mostPages)
            return;
        var least = PagesOf(_shape, _limit, _plan, flatRows, isBegun: _sweep.PageCapacity > 0) + (_sweep.PageCapacity == 0 ? 0 : PagesTaken);
        if (least <= _sweep.PageCapacity && !all)
            return;
        Grow(all ? _mostPages : Math.Min(_mostPages, Math.Max(least, _sweep.PageCapacity * 2)));
    }

    private void Grow(int pages)
    {
        var (words, below, had) = (_sweep.Words, _sweep.Below, _sweep.PageCapacity);
        _sweep.Words = Own((long)pages * PageWords * sizeof(uint));
        _sweep.Below = Own((long)pages * sizeof(int));
        _sweep.PageCapacity = pages;
        if (had == 0)
            return;
        _kernels.Copy(words, _sweep.Words, (long)had * PageWords * sizeof(uint));
        _kernels.Copy(below, _sweep.Below, (long)had * sizeof(int));
        Disown(words);
        Disown(below);
    }
}
