using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// How the rows and units of a layer are spread over blocks and threads. Rows fall into groups, which have nothing to do with each other; a group's blocks
/// share its units and meet after each half step. Results do not depend on it, but the order of the words of lost bits does: one plan holds for a batch.
/// </summary>
internal readonly record struct SweepPlan
{
    private const int SmallestTile = 32;
    private const int LeastRows = 8;
    private const int MostRows = 32;
    private const int LeastThreads = 256;
    private const int MostThreads = 1024;

    /// <summary>Rows of a group: lanes of a warp.</summary>
    public int RowsOfGroup { get; private init; }

    public int Groups { get; private init; }

    /// <summary>Groups of a launch: as many as can be resident, which blocks that meet must be.</summary>
    public int GroupsAtOnce { get; private init; }

    public int BlocksOfGroup { get; private init; }

    public int UnitsOfBlock { get; private init; }

    /// <summary>Threads of a block that have units, whole warps.</summary>
    public int Workers { get; private init; }

    /// <summary>Threads of a block; those beyond the workers only load.</summary>
    public int Threads => Math.Max(Workers, LeastThreads);

    /// <summary>Rows of k in shared memory at a time.</summary>
    public int Tile { get; private init; }

    /// <summary>Whether the forward sweep holds its weights in shared memory.</summary>
    public bool HoldsForward { get; private init; }

    /// <summary>Whether the backward sweep does.</summary>
    public bool HoldsBackward { get; private init; }

    public int ForwardBytes { get; private init; }

    public int BackwardBytes { get; private init; }

    public int Blocks => Groups * BlocksOfGroup;

    public int Warps => Blocks * Workers / 32;

    /// <summary>Rows of the batch, padded to whole groups.</summary>
    public int Rows => Groups * RowsOfGroup;

    /// <summary>Length of a packed row of weights, at which neighbouring units lie in different banks.</summary>
    public static int Depth(CellShape shape) => (shape.Half - 4 + 31) / 32 * 32 + 4;

    /// <exception cref="NotSupportedException">The device has too little shared memory for even the smallest tile.</exception>
    public static SweepPlan For(CellShape shape, int rows, DeviceLimits limits, int rowsOfGroup = 0)
    {
        var lanes = rowsOfGroup > 0 ? rowsOfGroup : RowsOf(shape, rows, limits);
        var groups = (rows + lanes - 1) / lanes;
        var atOnce = Math.Min(groups, limits.Processors);
        // A warp is full, and a block has at most 1024 threads.
        var units = Units(shape, limits.Processors / atOnce, lanes);
        for (; units * lanes > MostThreads; units = Units(shape, limits.Processors / atOnce, lanes))
        {
            if (atOnce == 1)
                throw new NotSupportedException($"{shape.Units} units are more than the device's {limits.Processors} processors can hold at once.");
            atOnce = (atOnce + 1) / 2;
        }
        var columns = shape.GateCount * shape.BlockStride;
        var (forward, backward) = WeightBytes(shape, units);
        var row = lanes * sizeof(float);
        var smallest = SmallestTile * row;
        if (smallest > limits.SharedMemory)
            throw new NotSupportedException($"A block of the device has {limits.SharedMemory} bytes of shared memory; a sweep needs {smallest}.");
        var holdsForward = forward + smallest <= limits.SharedMemory;
        var holdsBackward = backward + smallest <= limits.SharedMemory;
        var left = limits.SharedMemory - Math.Max(holdsBackward ? backward : 0, holdsForward ? forward : 0);
        var tile = Math.Min(Math.Max(left / row / SmallestTile * SmallestTile, SmallestTile), (columns + 31) / 32 * 32);
        return new SweepPlan
        {
            RowsOfGroup = lanes,
            Groups = groups,
            GroupsAtOnce = atOnce,
            UnitsOfBlock = units,
            BlocksOfGroup = (shape.Half + units - 1) / units,
            Workers = (units * lanes + 31) / 32 * 32,
            Tile = tile,
            HoldsForward = holdsForward,
            HoldsBackward = holdsBackward,
            ForwardBytes = (holdsForward ? forward : 0) + tile * row,
            BackwardBytes = (holdsBackward ? backward : 0) + tile * row,
        };
    }

    /// <summary>Bytes of so many units' weights, for a sweep forward and one back, which of a reversible cell needs those of forward too.</summary>
    private static (int Forward, int Backward) WeightBytes(CellShape shape, int units)
    {
        var forward = shape.Halves * units * shape.GateCount * Depth(shape) * sizeof(float);
        var rows = shape.Halves * units * (shape.GateCount * shape.BlockStride + 4) * sizeof(float);
        return (forward, shape.IsReversible ? forward + rows : rows);
    }

    /// <summary>Units of a block where so many blocks share a group's.</summary>
    private static int Units(CellShape shape, int blocks, int lanes) => Math.Max((shape.Half + blocks - 1) / blocks, 32 / lanes);

    /// <summary>
    /// The fewest rows that leave a block's weights in shared memory: fewer rows are shorter loads. Where that cannot be, the most that a block has threads for:
    /// each weight is read once for all of them.
    /// </summary>
    private static int RowsOf(CellShape shape, int rows, DeviceLimits limits)
    {
        for (var lanes = LeastRows; lanes <= MostRows; lanes *= 2)
        {
            var groups = (rows + lanes - 1) / lanes;
            if (groups > limits.Processors)
                continue;
            var (forward, backward) = WeightBytes(shape, Units(shape, limits.Processors / groups, lanes));
            if (Math.Max(forward, backward) + SmallestTile * lanes * sizeof(float) <= limits.SharedMemory)
                return lanes;
        }
        var most = MostRows;
        while (most > LeastRows && Units(shape, limits.Processors, most) * most > MostThreads)
            most /= 2;
        return most;
    }
}
