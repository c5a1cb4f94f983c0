using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Compute;

/// <summary>
/// Asks Linux to back large blocks by pages of 2 MiB: weights that are read from end to end at each step otherwise need a new page entry
/// every 4 KiB. A hint: where it is refused or unknown, nothing else changes.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>Blocks from this size on are aligned to <see cref="PageBytes"/>. What is behind their last whole page keeps ordinary ones, so nothing is wasted.</summary>
    public const long LeastBytes = PageBytes;

    public const int PageBytes = 2 << 20;

    private const int Advice = 14; // MADV_HUGEPAGE

    /// <summary>For a block aligned to <see cref="PageBytes"/> that nothing was written to yet.</summary>
    public static void Prefer(void* block, nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Advise(block, bytes, Advice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library than expected: the block keeps its ordinary pages.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* block, nuint bytes, int advice);
}
