using System.Text.RegularExpressions;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Why libtorch could not be loaded, and what to do. Training on the CPU needs none of it.</summary>
internal static partial class LoadingErrors
{
    private const string Version = "0.107.0";
    private const string OrCpu = "Training on the CPU needs no TorchSharp: leave GpuDeviceId unset, or set FallbackToCpu.";

    public static PlatformNotSupportedException NoLibraries(string runtime) =>
        new($"TorchSharp has no native libraries for {runtime}; a GPU takes linux-x64 or win-x64. {OrCpu}");

    public static PlatformNotSupportedException NoTorchSharp(string file, string runtime, IEnumerable<string> folders) => new(
        $"TorchSharp's native library {file} is in none of the folders that .NET looks in: {string.Join(", ", folders)}. It comes with the package TorchSharp {Version}. " +
        $"If the program was published, publish it for this system: dotnet publish -r {runtime}. {OrCpu}");

    public static PlatformNotSupportedException NoLibtorch(string file, bool cuda, string runtime) =>
        new($"libtorch is missing ({file}): it is a package of its own. Add {(cuda ? CudaPackage(runtime) : "TorchSharp-cpu")} {Version} to the project. {OrCpu}");

    public static PlatformNotSupportedException NoCuda(string folder, string runtime) => new(
        $"The libtorch in {folder} is for CPUs only. For a GPU, reference {CudaPackage(runtime)} {Version} in place of TorchSharp-cpu. {OrCpu}");

    public static PlatformNotSupportedException LoadedWithoutCuda() => new(
        "TorchSharp was used in this process before, without CUDA, and CUDA cannot be added to a running libtorch. " +
        $"Reference a CUDA package in place of TorchSharp-cpu, or call torch.InitializeDeviceType(DeviceType.CUDA) first. {OrCpu}");

    /// <param name="path">The library.</param>
    /// <param name="cause">With what the system's loader said.</param>
    public static PlatformNotSupportedException NotLoaded(string path, Exception cause)
    {
        var needed = NeededVersion().Match(cause.Message);
        if (!needed.Success)
            return new PlatformNotSupportedException($"{path} could not be loaded: {Reason(cause.Message)} {OrCpu}", cause);
        var message = needed.Value.StartsWith("GLIBCXX", StringComparison.Ordinal)
            ? $"{path} needs a newer libstdc++ than this system's: version {needed.Value}, which is that of GCC 13.2. Ubuntu 24.04, Debian 13, Fedora 39, RHEL 10 and later have it, " +
              "and .NET's default container images; Ubuntu 22.04, Debian 12 and RHEL 9 do not. Take a newer system or image, or start the program with LD_LIBRARY_PATH " +
              "set to a folder with a newer libstdc++.so.6."
            : $"{path} needs a newer C library than this system's: version {needed.Value}. Take a newer system or image.";
        return new PlatformNotSupportedException($"{message} {OrCpu}", cause);
    }

    public static PlatformNotSupportedException NotInitialized(bool cuda, Exception cause) => new(
        (cuda
            ? $"libtorch was loaded, but finds no GPU that it can use. TorchSharp {Version} is made for CUDA 12.8, which takes driver 525 or later on Linux, 528 or later on Windows: nvidia-smi shows yours."
            : $"TorchSharp could not be started: {Reason(cause.Message)}") +
        $" {OrCpu}", cause);

    private static string CudaPackage(string runtime) => runtime.StartsWith("win", StringComparison.Ordinal) ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";

    /// <summary>The system's loader names the cause in its last line; before it .NET says how to look for it.</summary>
    private static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "" : lines[^1].TrimEnd('.') + ".";
    }

    [GeneratedRegex(@"GLIBC(XX)?_[0-9.]+[0-9](?=' not found)")]
    private static partial Regex NeededVersion();
}
