using Microsoft.ML.RevRnn.Architecture;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The modules are those of docs/architecture.md, and each uses those above it in the table there only.</summary>
[TestClass]
public sealed class ArchitectureTests
{
    private readonly IReadOnlyList<string> _modules = FolderTable.Read(Path.Combine(AppContext.BaseDirectory, "architecture.md"), "Module");

    [TestMethod]
    public void AModuleUsesOnlyThoseAboveIt()
    {
        using var folders = new AssemblyFolders(typeof(TorchBackend).Assembly.Location);
        CollectionAssert.AreEquivalent(_modules.ToArray(), folders.Folders.ToArray());
        var order = _modules.Index().ToDictionary(module => module.Item, module => module.Index);
        var uses = folders.Uses();

        Assert.AreEqual("", string.Join('\n', uses.Where(use => order[use.UsedFolder] > order[use.Folder]).Select(use => use.ToString()).Order()));
        // That something was looked at.
        Assert.Contains(new FolderUse("Heads", nameof(TorchPooling), "Networks", nameof(ITorchEncoder)), uses);
    }
}
