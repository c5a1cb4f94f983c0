using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Files;

/// <summary>
/// Has the names in a folder written to the disk: without, a file that has just been renamed may have its former content again after a power failure. Windows has
/// no such call, and its file systems write names in order.
/// </summary>
internal static partial class FolderSync
{
    /// <summary>Where this is unknown or refused, nothing happens: the files are whole all the same.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return;
        try
        {
            var handle = Open(folder, 0);
            if (handle < 0)
                return;
            _ = Synchronize(handle);
            _ = Close(handle);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library than expected.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
