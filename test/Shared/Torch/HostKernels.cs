using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Torch;

namespace Microsoft.ML.RevRnn.TorchSupport;

/// <summary>The kernels' source, compiled for this processor: their arithmetic without a GPU, and without any speed.</summary>
internal sealed unsafe class HostKernels : IRecurrentKernels
{
    private static readonly Lazy<nint> _library = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly Dictionary<nint, long> _memory = [];

    public DeviceLimits Limits { get; init; } = new(132, 227 * 1024);

    /// <summary>As if a card had so much.</summary>
    public long? FreeMemory { get; init; }

    /// <summary>Pieces of memory that have not been given back.</summary>
    public int Held => _memory.Count;

    /// <summary>Compiles them, which the first use of any else does.</summary>
    public static void Build() => _ = _library.Value;

    public nint Allocate(long bytes)
    {
        var memory = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 16), 64);
        _memory.Add(memory, bytes);
        Clear(memory, bytes);
        return memory;
    }

    public void Free(nint memory)
    {
        if (!_memory.Remove(memory))
            throw new InvalidOperationException("The memory was not allocated here, or was given back before.");
        NativeMemory.AlignedFree((void*)memory);
    }

    public void Clear(nint memory, long bytes) => NativeMemory.Clear((void*)memory, (nuint)bytes);

    public void Copy(nint source, nint target, long bytes) => NativeMemory.Copy((void*)source, (void*)target, (nuint)bytes);

    public void AddTokens(in TokenSums sums)
    {
        fixed (TokenSums* argument = &sums)
            ((delegate* unmanaged<TokenSums*, void>)Export("add_tokens"))(argument);
    }

    public void Step(OptimizerKind optimizer, in Update update)
    {
        fixed (Update* argument = &update)
            ((delegate* unmanaged<Update*, void>)Export(optimizer == OptimizerKind.Sgd ? "descend" : "adam"))(argument);
    }

    public void Limit(nint values, int count, int rows, float longest) =>
        ((delegate* unmanaged<nint, int, int, float, void>)Export("limit"))(values, count, rows, longest);

    public void Upload<T>(ReadOnlySpan<T> source, nint target)
        where T : unmanaged
        => source.CopyTo(new Span<T>((void*)target, source.Length));

    public void Download<T>(nint source, Span<T> target)
        where T : unmanaged
        => new ReadOnlySpan<T>((void*)source, target.Length).CopyTo(target);

    public void Pack(nint first, nint second, nint packed, CellShape shape, int depth) =>
        ((delegate* unmanaged<nint, nint, nint, int, int, int, int, int, int, void>)Export("pack"))(
            first, second, packed, shape.Halves, shape.Half, shape.GateCount, shape.BlockStride, shape.GateStride, depth);

    public void Multiply(in Product product)
    {
        fixed (Product* argument = &product)
            ((delegate* unmanaged<Product*, void>)Export("product"))(argument);
    }

    public void AddRows(nint source, nint target, int rows, int columns, int stride) =>
        ((delegate* unmanaged<nint, nint, int, int, int, void>)Export("add_rows"))(source, target, rows, columns, stride);

    public void Forward(CellKind cell, in SweepPlan plan, in Sweep sweep) => Run(cell, "forward", sweep);

    public void Backward(CellKind cell, in SweepPlan plan, in Sweep sweep) => Run(cell, "backward", sweep);

    public void Dispose()
    {
        if (Held > 0)
            throw new InvalidOperationException($"{Held} pieces of memory were not given back.");
    }

    private static void Run(CellKind cell, string direction, in Sweep sweep)
    {
        fixed (Sweep* argument = &sweep)
            ((delegate* unmanaged<Sweep*, void>)Export($"{cell.ToString().ToLowerInvariant()}_{direction}"))(argument);
    }

    private static nint Export(string name) => NativeLibrary.GetExport(_library.Value, $"revrnn_{name}");

    private static nint Load() => NativeLibrary.Load(NativeBuild.Compile("Kernels/host.cpp", "-O2", "-ffp-contract=off", "-mfma", "-std=c++17", "-DREVRNN_HOST"));
}
