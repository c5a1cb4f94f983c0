using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.TorchSupport;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>What a driver's failures say, with one that fails as it is told to.</summary>
[TestClass]
[DoNotParallelize]
public sealed unsafe class CudaErrorsTests
{
    private static readonly Lazy<string> _path = new(() => NativeBuild.Compile("Native/driver.cpp"));
    private static nint _driver;

    [TestInitialize]
    public void Begin()
    {
        _driver = NativeLibrary.Load(_path.Value);
        ((delegate* unmanaged<void>)NativeLibrary.GetExport(_driver, "fake_begin"))();
    }

    [TestMethod]
    public void ADriverThatWorksIsTaken()
    {
        var driver = new CudaDriver(1, _path.Value);

        Assert.AreEqual("Pretended GPU", driver.Name);
        Assert.AreEqual(1, driver.Device);
        Assert.AreEqual((1_000_000_000L, 80_000_000_000L), driver.Memory);
        Assert.AreEqual(new DeviceLimits(132, 227 * 1024), driver.Limits);
        using var kernels = new CudaKernels(driver);
    }

    [TestMethod]
    public void NoDriverIsSaid() => AssertFails<PlatformNotSupportedException>(
        () => new CudaDriver(0, "libcuda-that-is-not.so.1"), "NVIDIA's driver", "libcuda-that-is-not.so.1", "--gpus all", "FallbackToCpu");

    [TestMethod]
    public void NoGpuIsSaid()
    {
        Fail("cuInit", 100);
        AssertFails<PlatformNotSupportedException>(() => new CudaDriver(0, _path.Value), "finds no GPU", "nvidia-smi", "CUDA_VISIBLE_DEVICES", "FallbackToCpu");
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(-1)]
    public void ANumberThatIsNoGpusIsSaid(int device) => AssertFails<PlatformNotSupportedException>(
        () => new CudaDriver(device, _path.Value), $"GpuDeviceId is {device}", "there are 2 GPUs", "from 0");

    [TestMethod]
    [DataRow(5)]
    [DataRow(6)]
    public void AGpuThatIsTooOldIsSaid(int capability)
    {
        Set("fake_capability", capability);
        AssertFails<PlatformNotSupportedException>(() => new CudaDriver(0, _path.Value), "Pretended GPU", $"compute capability {capability}.0", "7.0 or later");
    }

    [TestMethod]
    [DataRow(218)]
    [DataRow(222)]
    public void ADriverThatIsTooOldForTheKernelsIsSaid(int code)
    {
        var driver = new CudaDriver(0, _path.Value);
        Set("fake_version", 9020);
        Fail("cuModuleLoadData", code);
        AssertFails<PlatformNotSupportedException>(() => new CudaKernels(driver), "CUDA 9.2", "CUDA 10.0 or later", "update the driver", "as injected");
    }

    [TestMethod]
    public void AHalfUpdatedDriverIsSaid()
    {
        Fail("cuInit", 803);
        AssertFails<PlatformNotSupportedException>(() => new CudaDriver(0, _path.Value), "different versions", "restart the machine");
    }

    [TestMethod]
    public void TooLittleMemoryIsSaid()
    {
        using var kernels = new CudaKernels(new CudaDriver(0, _path.Value));
        Fail("cuMemAlloc_v2", CudaErrors.OutOfMemoryCode);
        AssertFails<InsufficientMemoryException>(
            () => kernels.Allocate(2_000_000_000), "Pretended GPU", "2,000.0 MB were asked for", "1,000.0 of 80,000.0 MB are free", "MemoryBudget", "BatchSize");
    }

    [TestMethod]
    public void WhatHasNoMeaningOfItsOwnIsToldAsItIs()
    {
        Fail("cuCtxSetCurrent", 999);
        AssertFails<InvalidOperationException>(() => new CudaDriver(0, _path.Value), "CUDA error 999: as injected.");
    }

    private static void AssertFails<TException>(Func<object> action, params ReadOnlySpan<string> says)
        where TException : Exception
    {
        var exception = Assert.ThrowsExactly<TException>(() => action());
        foreach (var part in says)
            StringAssert.Contains(exception.Message, part, StringComparison.Ordinal);
    }

    private static void Set(string what, int value) => ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(_driver, what))(value);

    private static void Fail(string function, int code)
    {
        var name = Marshal.StringToCoTaskMemUTF8(function);
        ((delegate* unmanaged<nint, int, void>)NativeLibrary.GetExport(_driver, "fake_fail"))(name, code);
        Marshal.FreeCoTaskMem(name);
    }
}
