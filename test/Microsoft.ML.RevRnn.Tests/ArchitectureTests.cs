using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Architecture;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The face's rooms are those of docs/architecture.md, and each uses those above it in the table there only.</summary>
[TestClass]
public sealed class ArchitectureTests
{
    private static readonly string _assembly = typeof(RevRnnTransformer).Assembly.Location;

    private readonly IReadOnlyList<string> _rooms = FolderTable.Read(Path.Combine(AppContext.BaseDirectory, "architecture.md"), "Room");

    [TestMethod]
    public void TheDocumentNamesTheRoomsThatThereAre()
    {
        using var folders = new AssemblyFolders(_assembly);

        CollectionAssert.AreEquivalent(_rooms.ToArray(), folders.Folders.ToArray());
    }

    [TestMethod]
    public void ARoomUsesOnlyThoseAboveIt()
    {
        using var folders = new AssemblyFolders(_assembly);
        var order = _rooms.Index().ToDictionary(room => room.Item, room => room.Index);
        var uses = folders.Uses();

        Assert.AreEqual("", string.Join('\n', uses.Where(use => order[use.UsedFolder] > order[use.Folder]).Select(use => use.ToString()).Order()));
        // That something was looked at.
        Assert.Contains(new FolderUse("Classification", nameof(RevRnnClassificationTrainer), "Input", nameof(Input.KeyLabels)), uses);
    }

    /// <summary>So that whoever writes another face can do what this one does.</summary>
    [TestMethod]
    public void TheFaceSeesWhatIsPublicOfTheEngine()
    {
        var friends = typeof(TrainingOptions).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName.Split(',')[0]).ToArray();

        Assert.Contains("Microsoft.ML.RevRnn.Engine.Tests", friends);
        Assert.DoesNotContain("Microsoft.ML.RevRnn", friends);
    }

    [TestMethod]
    public void PublicTypesNeedTwoUsingsAtMost()
        => CollectionAssert.AreEquivalent(
            new[] { "Microsoft.ML", "Microsoft.ML.RevRnn" },
            typeof(RevRnnTransformer).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct().ToArray());
}
