using Microsoft.ML.RevRnn.Architecture;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The engine's folders are those of docs/architecture.md, and each uses those above it in the table there only.</summary>
[TestClass]
internal sealed class ArchitectureTests
{
    private static readonly string _assembly = typeof(SequenceClassifier).Assembly.Location;

    private readonly IReadOnlyList<string> _folders = FolderTable.Read(Path.Combine(AppContext.BaseDirectory, "architecture.md"), "Folder");

    [TestMethod]
    public void TheDocumentNamesTheFoldersThatThereAre()
    {
        using var folders = new AssemblyFolders(_assembly);

        CollectionAssert.AreEquivalent(_folders.ToArray(), folders.Folders.ToArray());
    }

    [TestMethod]
    public void AFolderUsesOnlyThoseAboveIt()
    {
        using var folders = new AssemblyFolders(_assembly);
        var order = _folders.Index().ToDictionary(folder => folder.Item, folder => folder.Index);
        var uses = folders.Uses();

        Assert.AreEqual("", string.Join('\n', uses.Where(use => order[use.UsedFolder] > order[use.Folder]).Select(use => use.ToString()).Order()));
        // That something was looked at.
        Assert.Contains(new FolderUse("Heads", nameof(Heads.PooledHead), "Networks", nameof(Networks.ISequenceEncoder)), uses);
    }

    [TestMethod]
    public void PublicTypesNeedOneUsing()
        => CollectionAssert.AreEquivalent(
            new[] { "Microsoft.ML.RevRnn" }, typeof(SequenceClassifier).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct().ToArray());
}
