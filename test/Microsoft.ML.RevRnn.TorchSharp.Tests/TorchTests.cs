using Microsoft.ML.RevRnn.TorchSupport;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>TorchSharp itself, on this machine.</summary>
[TestClass]
public sealed class TorchTests
{
    [TestMethod]
    public void TwoTensorsAreAdded()
    {
        using var scope = NewDisposeScope();

        var sum = tensor([1f, 2f, 3f]) + tensor([10f, 20f, 30f]);

        CollectionAssert.AreEqual(new[] { 11f, 22f, 33f }, sum.data<float>().ToArray());
    }

    [TestMethod]
    public void ModulesWork()
    {
        using var scope = NewDisposeScope();
        using var layer = nn.GRU(3, 5);

        var (outputs, state) = layer.call(ones(4, 2, 3), zeros(1, 2, 5));

        CollectionAssert.AreEqual(new long[] { 4, 2, 5 }, outputs.shape);
        CollectionAssert.AreEqual(outputs[-1].data<float>().ToArray(), state[0].data<float>().ToArray());
    }

    [TestMethod]
    public void OnlyTheOneNeedOfALibraryIsMadeWeak()
    {
        // As it came, or as it was repaired above: the flag is cleared first.
        var bytes = File.ReadAllBytes(TorchSharpLibrary.File);
        var library = new ElfLibrary(bytes);
        var need = library.NeededVersion("libstdc++.so.6", "GLIBCXX_3.4.32")!.Value;
        Assert.AreEqual(TestAssembly.WasRepaired, library.IsWeak(need));
        bytes[need + 4] = 0;
        var before = bytes.ToArray();

        Assert.IsTrue(TorchSharpLibrary.Repair(library));
        Assert.IsFalse(TorchSharpLibrary.Repair(library), "It was done already.");

        Assert.AreEqual(1, before.Zip(bytes).Count(pair => pair.First != pair.Second));
    }

    [TestMethod]
    public void ALibraryThatUsesTheSymbolIsNotChanged()
    {
        var bytes = File.ReadAllBytes(TorchSharpLibrary.File);
        var library = new ElfLibrary(bytes);
        var need = library.NeededVersion("libstdc++.so.6", "GLIBCXX_3.4.32")!.Value;
        // The number by which symbols name this version becomes another version's, of symbols that are used.
        var used = library.NeededVersion("libstdc++.so.6", "GLIBCXX_3.4.21")!.Value;
        bytes[need + 4] = 0;
        (bytes[need + 6], bytes[used + 6]) = (bytes[used + 6], bytes[need + 6]);

        var exception = Assert.ThrowsExactly<InvalidDataException>(() => TorchSharpLibrary.Repair(library));

        StringAssert.Contains(exception.Message, "_ZSt21ios_base_library_initv", StringComparison.Ordinal);
    }
}
