using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.TorchSupport;

/// <summary>
/// TorchSharp 0.107's native library names one symbol of GCC 13's libstdc++, which it never uses, and so cannot be loaded on Debian 12 or Ubuntu 22.04.
/// For tests and benchmarks there, the copy in the program's folder is told that this version may be missing.
/// </summary>
internal static class TorchSharpLibrary
{
    private const string Runtime = "libstdc++.so.6";
    private const string Version = "GLIBCXX_3.4.32";
    private const string Symbol = "_ZSt21ios_base_library_initv";

    public static string File { get; } = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    /// <summary>To be called before TorchSharp is. Does nothing where the system has what is asked for, or has been helped already.</summary>
    /// <returns>Whether the copy had to be changed, now or before.</returns>
    public static bool MakeLoadable()
    {
        if (!OperatingSystem.IsLinux() || NativeLibrary.TryGetExport(NativeLibrary.Load(Runtime), Symbol, out _))
            return false;
        var library = new ElfLibrary(System.IO.File.ReadAllBytes(File));
        if (!Repair(library))
            return true;
        // Another process may be reading the old file.
        var repaired = $"{File}.{Environment.ProcessId}";
        System.IO.File.WriteAllBytes(repaired, library.Bytes);
        System.IO.File.Move(repaired, File, overwrite: true);
        return true;
    }

    /// <summary>Whether there was something to do.</summary>
    /// <exception cref="InvalidDataException">The library is another than the one that is known to do without this version.</exception>
    public static bool Repair(ElfLibrary library)
    {
        var need = library.NeededVersion(Runtime, Version) ??
            throw new InvalidDataException($"{File} does not need {Version} of {Runtime}: this repair is of another version of TorchSharp.");
        if (library.IsWeak(need))
            return false;
        var symbols = library.SymbolsOf(need);
        if (symbols is not [(Symbol, IsUsed: false)])
            throw new InvalidDataException($"{File} is expected to name {Symbol} of {Version} and not to use it, but has: {string.Join(", ", symbols)}.");
        library.MakeWeak(need);
        return true;
    }
}
