using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// The few calls of the CUDA driver that it takes to launch kernels. They work in the device's primary context, which is libtorch's too: its tensors' addresses
/// are valid here. The driver's C interface is stable, and no toolkit is needed.
/// </summary>
internal sealed unsafe class CudaDriver
{
    private const int MultiprocessorCount = 16;
    private const int CapabilityMajor = 75;
    private const int CapabilityMinor = 76;
    private const int LeastCapability = 7;
    private const int CooperativeLaunch = 95;
    private const int MaximumSharedMemoryOptIn = 97;
    private const int FunctionSharedMemory = 8;

    private readonly nint _library;
    private readonly nint _context;
    private readonly delegate* unmanaged<nint, int> _setCurrent;
    private readonly delegate* unmanaged<int, byte**, int> _errorText;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launch;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, int> _launchCooperative;

    /// <param name="device">The GPU's number.</param>
    /// <param name="library">The driver's library; null for NVIDIA's.</param>
    /// <exception cref="PlatformNotSupportedException">There is no NVIDIA driver, no such device, or it is too old; the message says which, and what to do.</exception>
    public CudaDriver(int device, string? library = null)
    {
        library ??= OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(library, out _library))
            throw CudaErrors.NoDriver(library);
        _errorText = (delegate* unmanaged<int, byte**, int>)Export("cuGetErrorString");
        _launch = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Export("cuLaunchKernel");
        _launchCooperative = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, int>)Export("cuLaunchCooperativeKernel");
        Check(((delegate* unmanaged<uint, int>)Export("cuInit"))(0));
        int handle;
        Check(((delegate* unmanaged<int*, int>)Export("cuDeviceGetCount"))(&handle));
        if (device < 0 || device >= handle)
            throw CudaErrors.NoSuchDevice(device, handle);
        Check(((delegate* unmanaged<int*, int, int>)Export("cuDeviceGet"))(&handle, device));
        Device = handle;
        var text = stackalloc byte[256];
        Check(((delegate* unmanaged<byte*, int, int, int>)Export("cuDeviceGetName"))(text, 256, handle));
        Name = Marshal.PtrToStringUTF8((nint)text)!;
        if (Attribute(CooperativeLaunch) == 0 || Attribute(CapabilityMajor) < LeastCapability)
            throw CudaErrors.TooOldDevice(Name, Attribute(CapabilityMajor), Attribute(CapabilityMinor));
        nint context;
        Check(((delegate* unmanaged<nint*, int, int>)Export("cuDevicePrimaryCtxRetain"))(&context, handle));
        _context = context;
        _setCurrent = (delegate* unmanaged<nint, int>)Export("cuCtxSetCurrent");
        Enter();
    }

    public int Device { get; }

    public string Name { get; }

    public DeviceLimits Limits => new(Attribute(MultiprocessorCount), Attribute(MaximumSharedMemoryOptIn));

    /// <summary>Bytes of the device that are free, of any process, and all that it has.</summary>
    public (long Free, long Total) Memory
    {
        get
        {
            Enter();
            nuint free, total;
            Check(((delegate* unmanaged<nuint*, nuint*, int>)Export("cuMemGetInfo_v2"))(&free, &total));
            return ((long)free, (long)total);
        }
    }

    /// <summary>The version of CUDA that the driver is made for, such as 12080.</summary>
    private int Version
    {
        get
        {
            int version;
            return ((delegate* unmanaged<int*, int>)Export("cuDriverGetVersion"))(&version) == 0 ? version : 0;
        }
    }

    /// <summary>Compiles PTX for the device.</summary>
    public nint Load(ReadOnlySpan<byte> ptx)
    {
        nint module;
        var text = new byte[ptx.Length + 1];
        ptx.CopyTo(text);
        fixed (byte* start = text)
            Check(((delegate* unmanaged<nint*, void*, int>)Export("cuModuleLoadData"))(&module, start));
        return module;
    }

    /// <summary>A kernel that may use so much shared memory a block.</summary>
    public nint Function(nint module, string name, int sharedMemory)
    {
        nint function;
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + "\0"))
            Check(((delegate* unmanaged<nint*, nint, byte*, int>)Export("cuModuleGetFunction"))(&function, module, text));
        if (sharedMemory > 0)
            Check(((delegate* unmanaged<nint, int, int, int>)Export("cuFuncSetAttribute"))(function, FunctionSharedMemory, sharedMemory));
        return function;
    }

    /// <summary>Launches on the default stream, where libtorch works too.</summary>
    public void Launch(nint function, int blocksX, int blocksY, int threads, int sharedMemory, bool cooperative, void** arguments)
    {
        Enter();
        Check(cooperative
            ? _launchCooperative(function, (uint)blocksX, (uint)blocksY, 1, (uint)threads, 1, 1, (uint)sharedMemory, 0, arguments)
            : _launch(function, (uint)blocksX, (uint)blocksY, 1, (uint)threads, 1, 1, (uint)sharedMemory, 0, arguments, null));
    }

    /// <exception cref="InsufficientMemoryException">The device has not so much.</exception>
    public nint Allocate(long bytes)
    {
        Enter();
        nint memory;
        var code = ((delegate* unmanaged<nint*, nuint, int>)Export("cuMemAlloc_v2"))(&memory, (nuint)bytes);
        if (code == CudaErrors.OutOfMemoryCode)
            throw CudaErrors.OutOfMemory(Name, bytes, Memory);
        Check(code);
        return memory;
    }

    public void Free(nint memory)
    {
        Enter();
        Check(((delegate* unmanaged<nint, int>)Export("cuMemFree_v2"))(memory));
    }

    public void Clear(nint memory, long bytes)
    {
        Enter();
        Check(((delegate* unmanaged<nint, byte, nuint, nint, int>)Export("cuMemsetD8Async"))(memory, 0, (nuint)bytes, 0));
    }

    public void Copy(nint source, nint target, long bytes)
    {
        Enter();
        Check(((delegate* unmanaged<nint, nint, nuint, nint, int>)Export("cuMemcpyDtoDAsync_v2"))(target, source, (nuint)bytes, 0));
    }

    public void Upload(void* source, nint target, long bytes)
    {
        Enter();
        Check(((delegate* unmanaged<nint, void*, nuint, int>)Export("cuMemcpyHtoD_v2"))(target, source, (nuint)bytes));
    }

    public void Download(nint source, void* target, long bytes)
    {
        Enter();
        Check(((delegate* unmanaged<void*, nint, nuint, int>)Export("cuMemcpyDtoH_v2"))(target, source, (nuint)bytes));
    }

    public void Synchronize()
    {
        Enter();
        Check(((delegate* unmanaged<int>)Export("cuCtxSynchronize"))());
    }

    /// <summary>Makes the device's context that of this thread: libtorch leaves another device's behind.</summary>
    private void Enter() => Check(_setCurrent(_context));

    private int Attribute(int attribute)
    {
        int value;
        Check(((delegate* unmanaged<int*, int, int, int>)Export("cuDeviceGetAttribute"))(&value, attribute, Device));
        return value;
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(int code)
    {
        if (code == 0)
            return;
        byte* text = null;
        _errorText(code, &text);
        throw CudaErrors.Of(code, Marshal.PtrToStringUTF8((nint)text) ?? "unknown", Version);
    }
}
