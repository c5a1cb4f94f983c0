using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>This process.</summary>
internal sealed class NativeSystem : INativeSystem
{
    public string Runtime
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : IsMusl ? "linux-musl" : "linux";
            return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    public IReadOnlyList<string> Folders
    {
        get
        {
            var probed = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
            return [.. probed, AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", Runtime, "native")];
        }
    }

    private static bool IsMusl => RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);

    public bool Exists(string path) => File.Exists(path);

    public bool IsLoaded(string name)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Any(module => Path.GetFileName(module.FileName) == name);
    }

    public void Load(string path) => NativeLibrary.Load(path);
}
