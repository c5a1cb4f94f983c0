using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Whatever happens while a model is saved, the file that was there before is whole.</summary>
[TestClass]
public sealed class AtomicSavingTests
{
    [TestMethod]
    public void WritesAFileThatLoads()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.zip");

        Trained.Context.Model.SaveAtomically(Trained.Classifier, Trained.Data().Schema, path);

        CollectionAssert.AreEqual(new[] { "model.zip" }, folder.Files);
        CollectionAssert.AreEqual(Trained.ScoreBits(Trained.Classifier), Trained.ScoreBits(new MLContext().Model.Load(path, out var schema)));
        Assert.IsNotNull(schema);
    }

    [TestMethod]
    public void ReplacesAFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.zip"), "old");

        Trained.Context.Model.SaveAtomically(Trained.Features, null, folder.File("model.zip"));

        CollectionAssert.AreEqual(new[] { "model.zip" }, folder.Files);
        Assert.IsInstanceOfType<RevRnnFeaturesTransformer>(new MLContext().Model.Load(folder.File("model.zip"), out _));
    }

    [TestMethod]
    public void AFailureOfTheModelLeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.zip"), "old");
        var model = new TransformerChain<ITransformer>(Trained.Classifier, new UnsavableTransformer());

        Assert.ThrowsExactly<NotSupportedException>(() => Trained.Context.Model.SaveAtomically(model, null, folder.File("model.zip")));

        AssertOldFileIsAlone(folder);
    }

    /// <summary>
    /// The disk is full after any number of bytes. The last of them are the zip's directory, which ML.NET writes within a Dispose that
    /// swallows exceptions.
    /// </summary>
    [TestMethod]
    public void AFullDiskLeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("model.zip"), "old");
        var length = ModelFileImage.Of(Trained.Classifier).File.Length;
        foreach (var room in (int[])[0, 100, length / 2, length - 400, length - 100, length - 1])
        {
            var failure = Assert.ThrowsExactly<IOException>(() => AtomicModelSaving.SaveAtomically(
                folder.File("model.zip"),
                stream => Trained.Context.Model.Save(Trained.Classifier, Trained.Data().Schema, stream),
                (path, write, what) => AtomicFile.Write(path, file => write(new FullDiskStream(file, room)), what)));
            StringAssert.Contains(failure.Message, folder.File("model.zip"));
            StringAssert.Contains(failure.Message, FullDiskStream.Message);
            AssertOldFileIsAlone(folder);
        }
    }

    [TestMethod]
    public void AFolderThatIsNotThereIsNamed()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.File("nowhere"), "model.zip");

        var failure = Assert.Throws<IOException>(() => Trained.Context.Model.SaveAtomically(Trained.Classifier, null, path));

        StringAssert.Contains(failure.Message, path);
    }

    [TestMethod]
    public void ALinkStaysALink()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("v1.zip"), "old");
        try
        {
            File.CreateSymbolicLink(folder.File("model.zip"), folder.File("v1.zip"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Assert.Inconclusive("This account may not make links.");
        }

        Trained.Context.Model.SaveAtomically(Trained.Classifier, null, folder.File("model.zip"));

        Assert.IsNotNull(new FileInfo(folder.File("model.zip")).LinkTarget);
        new MLContext().Model.Load(folder.File("v1.zip"), out _);
    }

    private static void AssertOldFileIsAlone(TemporaryFolder folder)
    {
        CollectionAssert.AreEqual(new[] { "model.zip" }, folder.Files);
        Assert.AreEqual("old", File.ReadAllText(folder.File("model.zip")));
    }
}
