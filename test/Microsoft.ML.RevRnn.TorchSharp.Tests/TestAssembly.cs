using Microsoft.ML.RevRnn.TorchSupport;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>What comes before all tests.</summary>
[TestClass]
public static class TestAssembly
{
    /// <summary>Whether this system's libstdc++ is older than the one that TorchSharp asks for.</summary>
    public static bool WasRepaired { get; private set; }

    [AssemblyInitialize]
    public static void MakeTorchLoadable(TestContext context)
    {
        NativeBuild.Missing = message => new AssertInconclusiveException(message);
        WasRepaired = TorchSharpLibrary.MakeLoadable();
    }
}
