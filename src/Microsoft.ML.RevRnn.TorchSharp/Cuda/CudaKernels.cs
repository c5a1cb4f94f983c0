using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The kernels of sweeps.cu, compiled ahead to PTX that the driver compiles for the card it finds.</summary>
internal sealed unsafe class CudaKernels : IRecurrentKernels
{
    private const int ProductThreads = 256;
    private const int LargeTile = 128;
    private const int SmallTile = 64;
    private const int MostBlocks = 65535;
    private const int Skipped = MostBlocks * sizeof(int);

    private readonly CudaDriver _driver;
    private readonly nint _module;
    private readonly Dictionary<string, nint> _functions = [];

    public CudaKernels(CudaDriver driver)
    {
        _driver = driver;
        using var source = typeof(CudaKernels).Assembly.GetManifestResourceStream("revrnn.ptx")!;
        var ptx = new byte[source.Length];
        source.ReadExactly(ptx);
        _module = driver.Load(ptx);
        Limits = driver.Limits;
    }

    public DeviceLimits Limits { get; }

    public long? FreeMemory => _driver.Memory.Free;

    public nint Allocate(long bytes)
    {
        var memory = _driver.Allocate(Math.Max(bytes, 16));
        _driver.Clear(memory, bytes);
        return memory;
    }

    public void Free(nint memory) => _driver.Free(memory);

    public void Clear(nint memory, long bytes) => _driver.Clear(memory, bytes);

    public void Copy(nint source, nint target, long bytes) => _driver.Copy(source, target, bytes);

    public void Upload<T>(ReadOnlySpan<T> source, nint target)
        where T : unmanaged
    {
        fixed (T* start = source)
            _driver.Upload(start, target, (long)source.Length * sizeof(T));
    }

    public void Download<T>(nint source, Span<T> target)
        where T : unmanaged
    {
        fixed (T* start = target)
            _driver.Download(source, start, (long)target.Length * sizeof(T));
    }

    public void Pack(nint first, nint second, nint packed, CellShape shape, int depth)
    {
        int halves = shape.Halves, units = shape.Half, gates = shape.GateCount, block = shape.BlockStride, stride = shape.GateStride;
        var arguments = stackalloc void*[] { &first, &second, &packed, &halves, &units, &gates, &block, &stride, &depth };
        var values = halves * units * gates * depth;
        _driver.Launch(Function("pack"), (values + 255) / 256, 1, 256, 0, cooperative: false, arguments);
    }

    public void Multiply(in Product product)
    {
        var copy = product;
        var arguments = stackalloc void*[] { &copy };
        var form = product.ARow == 1 ? "product_of_transposed" : product.BRow == 1 ? "product_transposed" : "product";
        var tile = Tiles(product, LargeTile) >= Limits.Processors ? LargeTile : SmallTile;
        _driver.Launch(Function($"{form}_{tile}"), (product.N + tile - 1) / tile, (product.M + tile - 1) / tile, ProductThreads, 0, cooperative: false, arguments);
    }

    public void AddRows(nint source, nint target, int rows, int columns, int stride)
    {
        var arguments = stackalloc void*[] { &source, &target, &rows, &columns, &stride };
        _driver.Launch(Function("add_rows"), (columns + 31) / 32, 1, 32, 0, cooperative: false, arguments);
    }

    public void Forward(CellKind cell, in SweepPlan plan, in Sweep sweep) => Run(cell, "forward", plan.HoldsForward, plan.ForwardBytes, plan, sweep);

    public void Backward(CellKind cell, in SweepPlan plan, in Sweep sweep) => Run(cell, "backward", plan.HoldsBackward, plan.BackwardBytes, plan, sweep);

    public void AddTokens(in TokenSums sums)
    {
        var copy = sums;
        var arguments = stackalloc void*[] { &copy };
        // The driver takes up to 65,535 blocks in the second dimension.
        for (; copy.Entries > 0; copy.Entries -= MostBlocks, copy.Slots += Skipped, copy.Starts += Skipped)
            _driver.Launch(Function("add_tokens"), (copy.Stride + 127) / 128, Math.Min(copy.Entries, MostBlocks), 128, 0, cooperative: false, arguments);
    }

    public void Step(OptimizerKind optimizer, in Update update)
    {
        var copy = update;
        var arguments = stackalloc void*[] { &copy };
        _driver.Launch(Function(optimizer == OptimizerKind.Sgd ? "descend" : "adam"), (int)((update.Count + 255) / 256), 1, 256, 0, cooperative: false, arguments);
    }

    public void Limit(nint values, int count, int rows, float longest)
    {
        var arguments = stackalloc void*[] { &values, &count, &rows, &longest };
        _driver.Launch(Function("limit"), (rows + 31) / 32, 1, 1024, 0, cooperative: false, arguments);
    }

    public void Dispose()
    {
        // The primary context is libtorch's too, and the module goes with the process.
    }

    private void Run(CellKind cell, string direction, bool holds, int bytes, in SweepPlan plan, in Sweep sweep)
    {
        var copy = sweep;
        var arguments = stackalloc void*[] { &copy };
        var function = Function($"{cell.ToString().ToLowerInvariant()}_{direction}_sweep{(holds ? "_held" : "")}", Limits.SharedMemory);
        for (var group = 0; group < plan.Groups; group += plan.GroupsAtOnce)
        {
            copy.FirstBlock = group * plan.BlocksOfGroup;
            var blocks = Math.Min(plan.GroupsAtOnce, plan.Groups - group) * plan.BlocksOfGroup;
            _driver.Launch(function, blocks, 1, plan.Threads, bytes, cooperative: true, arguments);
        }
    }

    private static long Tiles(in Product product, int tile) => ((product.M + tile - 1L) / tile) * ((product.N + tile - 1L) / tile);

    private nint Function(string name, int sharedMemory = 0)
    {
        if (!_functions.TryGetValue(name, out var function))
            _functions[name] = function = _driver.Function(_module, name, sharedMemory);
        return function;
    }
}
