namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What the CUDA driver's errors mean, and what to do.</summary>
internal static class CudaErrors
{
    /// <summary>CUDA_ERROR_OUT_OF_MEMORY.</summary>
    public const int OutOfMemoryCode = 2;

    private const int NoDevice = 100;
    private const int NoBinaryForGpu = 209;
    private const int InvalidPtx = 218;
    private const int UnsupportedPtxVersion = 222;
    private const int SystemDriverMismatch = 803;
    private const int CompatibilityNotSupported = 804;
    private const double Mega = 1e6;
    private const string OrCpu = "Or train on the CPU, which needs nothing: leave GpuDeviceId unset, or set FallbackToCpu.";

    public static PlatformNotSupportedException NoDriver(string library) => new(
        $"Training on a GPU needs NVIDIA's driver, whose library {library} was not found. Install the driver; a container must be started so that it sees it " +
        $"(docker run --gpus all). {OrCpu}");

    public static PlatformNotSupportedException NoSuchDevice(int device, int count) =>
        new($"GpuDeviceId is {device}, but there are {count} GPUs, numbered from 0 (after CUDA_VISIBLE_DEVICES). {OrCpu}");

    public static PlatformNotSupportedException TooOldDevice(string name, int major, int minor) =>
        new($"{name} has compute capability {major}.{minor}; the kernels need 7.0 or later (Volta, 2017), whose blocks can wait for each other. {OrCpu}");

    public static InsufficientMemoryException OutOfMemory(string name, long bytes, (long Free, long Total) memory) => new(
        $"{name} has not enough memory: {bytes / Mega:N1} MB were asked for and {memory.Free / Mega:N1} of {memory.Total / Mega:N1} MB are free. " +
        "Set MemoryBudget, which makes batches smaller and keeps fewer activations, or a smaller BatchSize, or end other programs that use the GPU.");

    /// <param name="code">A CUresult.</param>
    /// <param name="text">What the driver says of it.</param>
    /// <param name="version">The version of CUDA that the driver is made for, such as 12080.</param>
    public static Exception Of(int code, string text, int version) => code switch
    {
        OutOfMemoryCode => new InsufficientMemoryException($"The GPU's memory does not suffice ({text}). Set MemoryBudget, or a smaller BatchSize."),
        NoDevice => new PlatformNotSupportedException(
            $"NVIDIA's driver is there, but finds no GPU ({text}). See what nvidia-smi says; CUDA_VISIBLE_DEVICES may hide it, or a container not have it. {OrCpu}"),
        InvalidPtx or UnsupportedPtxVersion or NoBinaryForGpu => new PlatformNotSupportedException(
            $"NVIDIA's driver, of CUDA {version / 1000}.{version % 1000 / 10}, cannot compile the kernels ({text}). They need that of CUDA 10.0 or later (driver 410, 2018): " +
            $"update the driver. {OrCpu}"),
        SystemDriverMismatch or CompatibilityNotSupported => new PlatformNotSupportedException(
            $"The two halves of NVIDIA's driver, its library and the kernel's module, are of different versions ({text}). After an update, restart the machine. {OrCpu}"),
        _ => new InvalidOperationException($"CUDA error {code}: {text}."),
    };
}
