using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>What is loaded, in which order, and what each failure says, on systems that are made up.</summary>
[TestClass]
public sealed class TorchLoaderTests
{
    private const string Cpu = "/app/libtorch_cpu.so";
    private const string Cuda = "/app/libtorch_cuda.so";
    private const string TorchSharp = "/app/libLibTorchSharp.so";

    [TestMethod]
    public void ThisProcessHasItLoaded()
    {
        TorchLoader.Load(cuda: false);
        using (NewDisposeScope())
            Assert.AreEqual(2f, ones(2).sum().item<float>());
        TorchLoader.Load(cuda: false);
    }

    [TestMethod]
    public void OnThisSystemACudaPackageIsAskedFor()
    {
        TorchLoader.Load(cuda: false);
        var exception = Assert.ThrowsExactly<PlatformNotSupportedException>(() => TorchLoader.Load(cuda: true));
        StringAssert.Contains(exception.Message, "without CUDA", StringComparison.Ordinal);
    }

    [TestMethod]
    public void CudaComesBeforeWhatUsesIt()
    {
        var system = new FakeSystem { Files = [Cpu, Cuda, TorchSharp] };
        new TorchLoader(system).LoadLibraries(cuda: true);
        CollectionAssert.AreEqual(new[] { Cuda, TorchSharp }, system.Loaded);
    }

    [TestMethod]
    public void AProcessorTakesNoCuda()
    {
        var system = new FakeSystem { Files = [Cpu, Cuda, TorchSharp] };
        new TorchLoader(system).LoadLibraries(cuda: false);
        CollectionAssert.AreEqual(new[] { TorchSharp }, system.Loaded);
    }

    [TestMethod]
    public void AnotherFoldersLibtorchComesFirst()
    {
        var system = new FakeSystem { Files = [TorchSharp, "/wheel/libtorch.so", "/wheel/libtorch_cpu.so", "/wheel/libtorch_cuda.so"] };
        new TorchLoader(system).LoadLibraries(cuda: true, "/wheel");
        CollectionAssert.AreEqual(new[] { "/wheel/libtorch_cuda.so", "/wheel/libtorch.so", TorchSharp }, system.Loaded);
    }

    [TestMethod]
    public void WhatIsLoadedAlreadyIsNotLoadedFromAnotherPath()
    {
        var system = new FakeSystem { Files = [Cpu, Cuda, TorchSharp], AlreadyLoaded = ["libLibTorchSharp.so", "libtorch_cuda.so"] };
        new TorchLoader(system).LoadLibraries(cuda: true);
        Assert.IsEmpty(system.Loaded);
    }

    [TestMethod]
    public void ALibtorchThatRunsWithoutCudaIsSaid() => AssertFails(
        new FakeSystem { Files = [Cpu, Cuda, TorchSharp], AlreadyLoaded = ["libLibTorchSharp.so"] }, "without CUDA", "InitializeDeviceType(DeviceType.CUDA)");

    [TestMethod]
    [DataRow("linux-arm64")]
    [DataRow("linux-musl-x64")]
    [DataRow("osx-x64")]
    public void ASystemWithoutLibrariesIsSaid(string runtime) =>
        AssertFails(new FakeSystem { Runtime = runtime }, $"no native libraries for {runtime}", "linux-x64 or win-x64");

    [TestMethod]
    public void AMissingTorchSharpIsSaid() =>
        AssertFails(new FakeSystem { Files = [Cpu, Cuda] }, "libLibTorchSharp.so", "/first, /app", "TorchSharp 0.107.0", "dotnet publish -r linux-x64");

    [TestMethod]
    public void AMissingLibtorchIsSaid() => AssertFails(new FakeSystem { Files = [TorchSharp] }, "libtorch is missing (libtorch_cpu.so)", "TorchSharp-cuda-linux 0.107.0");

    [TestMethod]
    public void AMissingLibtorchIsSaidOnWindows() =>
        AssertFails(new FakeSystem { Runtime = "win-x64", Files = ["/app/LibTorchSharp.dll"] }, "libtorch is missing (torch_cpu.dll)", "TorchSharp-cuda-windows 0.107.0");

    [TestMethod]
    public void ALibtorchForProcessorsOnlyIsSaid() =>
        AssertFails(new FakeSystem { Files = [Cpu, TorchSharp] }, "The libtorch in /app is for CPUs only", "TorchSharp-cuda-linux 0.107.0 in place of TorchSharp-cpu");

    [TestMethod]
    public void AnOldLibstdcxxIsSaidWithTheSystemsThatHaveIt() => AssertFails(
        new FakeSystem { Files = [Cpu, Cuda, TorchSharp], Unloadable = { [TorchSharp] = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by x)" } },
        "GLIBCXX_3.4.32", "GCC 13.2", "Ubuntu 24.04, Debian 13", "Ubuntu 22.04, Debian 12", "LD_LIBRARY_PATH");

    [TestMethod]
    public void AnOldCLibraryIsSaid() => AssertFails(
        new FakeSystem { Files = [Cpu, Cuda, TorchSharp], Unloadable = { [Cuda] = "/lib/libc.so.6: version `GLIBC_2.34' not found (required by x)" } },
        Cuda, "newer C library", "GLIBC_2.34");

    [TestMethod]
    public void AnythingElseIsSaidInTheLoadersWords() => AssertFails(
        new FakeSystem { Files = [Cpu, Cuda, TorchSharp], Unloadable = { [Cuda] = "libcudart.so.12: cannot open shared object file" } },
        $"{Cuda} could not be loaded: libcudart.so.12: cannot open shared object file.");

    private static void AssertFails(FakeSystem system, params ReadOnlySpan<string> says)
    {
        var exception = Assert.ThrowsExactly<PlatformNotSupportedException>(() => new TorchLoader(system).LoadLibraries(cuda: true));
        foreach (var part in says)
            StringAssert.Contains(exception.Message, part, StringComparison.Ordinal);
        StringAssert.Contains(exception.Message, "FallbackToCpu", StringComparison.Ordinal);
    }

    private sealed class FakeSystem : INativeSystem
    {
        public string Runtime { get; init; } = "linux-x64";

        public IReadOnlyList<string> Folders { get; } = ["/first", "/app"];

        public string[] Files { get; init; } = [];

        public string[] AlreadyLoaded { get; init; } = [];

        public Dictionary<string, string> Unloadable { get; } = [];

        public List<string> Loaded { get; } = [];

        public bool Exists(string path) => Files.Contains(path);

        public bool IsLoaded(string name) => AlreadyLoaded.Contains(name);

        public void Load(string path)
        {
            if (Unloadable.TryGetValue(path, out var reason))
                throw new DllNotFoundException($"Unable to load shared library '{path}' or one of its dependencies. Consider a tool like strace:\n{reason}\n");
            Loaded.Add(path);
        }
    }
}
