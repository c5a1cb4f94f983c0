using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// Loads libtorch before TorchSharp does. TorchSharp takes whatever goes wrong for a missing package; here each cause has its own message, and its way out.
/// </summary>
/// <param name="system">Where to look, and what loads.</param>
internal sealed class TorchLoader(INativeSystem system)
{
    /// <summary>What TorchSharp has native libraries for.</summary>
    private static readonly string[] _runtimes = ["linux-x64", "win-x64", "win-arm64", "osx-arm64"];

    /// <summary>Makes TorchSharp ready. Once it is, further calls do no harm.</summary>
    /// <param name="cuda">Whether for a GPU.</param>
    /// <param name="libtorch">A folder with a libtorch to take, rather than that of the referenced package; null for the package's.</param>
    /// <exception cref="PlatformNotSupportedException">It cannot be loaded here; the message has the cause and what to do.</exception>
    public static void Load(bool cuda, string? libtorch = null)
    {
        new TorchLoader(new NativeSystem()).LoadLibraries(cuda, libtorch);
        try
        {
            torch.InitializeDeviceType(cuda ? DeviceType.CUDA : DeviceType.CPU);
        }
        catch (Exception exception) when (exception is NotSupportedException or TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw LoadingErrors.NotInitialized(cuda, exception);
        }
    }

    /// <summary>Loads what TorchSharp calls, from where TorchSharp would.</summary>
    /// <exception cref="PlatformNotSupportedException">See <see cref="Load"/>.</exception>
    public void LoadLibraries(bool cuda, string? libtorch = null)
    {
        if (!_runtimes.Contains(system.Runtime))
            throw LoadingErrors.NoLibraries(system.Runtime);
        // A second copy of libtorch, from another path, would end the process.
        if (system.IsLoaded(FileName("LibTorchSharp")))
        {
            if (cuda && !system.IsLoaded(FileName("torch_cuda")))
                throw LoadingErrors.LoadedWithoutCuda();
            return;
        }
        var torchSharp = Find("LibTorchSharp");
        if (torchSharp == null)
        {
            // A notebook loads packages from where they were fetched to: TorchSharp knows how.
            if (IsInPackageFolder(typeof(torch).Assembly.Location))
                return;
            throw LoadingErrors.NoTorchSharp(FileName("LibTorchSharp"), system.Runtime, system.Folders);
        }
        var cpu = Find("torch_cpu", libtorch) ?? throw LoadingErrors.NoLibtorch(FileName("torch_cpu"), cuda, system.Runtime);
        // CUDA's part comes first: what is made before it is there never sees it.
        if (cuda)
            LoadOrExplain(Find("torch_cuda", libtorch) ?? throw LoadingErrors.NoCuda(Path.GetDirectoryName(cpu)!, system.Runtime));
        // TorchSharp's library looks beside itself, where another folder's are not.
        if (libtorch != null)
            LoadOrExplain(Find("torch", libtorch) ?? cpu);
        LoadOrExplain(torchSharp);
    }

    private void LoadOrExplain(string path)
    {
        try
        {
            system.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw LoadingErrors.NotLoaded(path, exception);
        }
    }

    private string? Find(string name, string? folder = null) =>
        (folder == null ? system.Folders : [folder]).Select(place => Path.Combine(place, FileName(name))).FirstOrDefault(system.Exists);

    private string FileName(string name) => system.Runtime[..3] switch
    {
        "win" => $"{name}.dll",
        "osx" => $"lib{name}.dylib",
        _ => $"lib{name}.so",
    };

    /// <summary>Whether a path is like torchsharp/0.107.0/lib/net8.0/TorchSharp.dll.</summary>
    private static bool IsInPackageFolder(string path) =>
        path.Split(Path.DirectorySeparatorChar) is [.., var package, _, "lib", _, _] && package.Equals("TorchSharp", StringComparison.OrdinalIgnoreCase);
}
