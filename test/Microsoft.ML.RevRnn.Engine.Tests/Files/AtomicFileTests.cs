namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A file is there as a whole or not at all, and nothing is left beside it.</summary>
[TestClass]
internal sealed class AtomicFileTests
{
    [TestMethod]
    public void ReplacesWhatWasThere()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model"], "an older one that is longer");

        AtomicFile.Write(folder["model"], stream => stream.Write("new"u8));

        Assert.AreEqual("new", File.ReadAllText(folder["model"]));
        CollectionAssert.AreEqual(new[] { folder["model"] }, folder.Files);
    }

    /// <summary>A full disk is told of with the file's name; what is no failure to write comes through as it was thrown.</summary>
    [TestMethod]
    public void AFailureLeavesWhatWasThere()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model"], "old");
        foreach (var (thrown, expected) in ((Exception, string)[])
            [(new IOException("The disk is full."), folder["model"]), (new UnauthorizedAccessException("Not yours."), folder["model"]), (new FormatException("No number."), "No number.")])
        {
            var failure = Assert.Throws<Exception>(() => AtomicFile.Write(
                folder["model"],
                stream =>
                {
                    stream.Write("ne"u8);
                    throw thrown;
                },
                "model"));

            Assert.AreEqual(thrown is FormatException ? typeof(FormatException) : typeof(IOException), failure.GetType());
            StringAssert.Contains(failure.Message, expected);
            StringAssert.Contains(failure.Message, thrown.Message);
            Assert.AreEqual("old", File.ReadAllText(folder["model"]));
            CollectionAssert.AreEqual(new[] { folder["model"] }, folder.Files);
        }
    }

    [TestMethod]
    public void ALinkStaysALinkAndAModeAMode()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Links need a privilege there, and there are no modes.");
            return;
        }
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["v1"], "old");
        File.SetUnixFileMode(folder["v1"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(folder["model"], folder["v1"]);

        AtomicFile.Write(folder["model"], stream => stream.Write("new"u8));

        Assert.AreEqual(folder["v1"], new FileInfo(folder["model"]).LinkTarget);
        Assert.AreEqual("new", File.ReadAllText(folder["v1"]));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(folder["v1"]));
    }

    /// <summary>Only what a killed process can have left of this very file goes.</summary>
    [TestMethod]
    public void RemainsAreRemoved()
    {
        using var folder = new TemporaryFolder();
        string[] others = ["model", "model.2.tmp", "model.abcdefgh.ijk", "other.abcdefgh.ijk.tmp", "model.ABCDEFGH.ijk.tmp"];
        foreach (var name in (string[])[.. others, "model.abcdefgh.ijk.tmp", "model.01234567.89z.tmp"])
            File.WriteAllText(folder[name], name);

        AtomicFile.RemoveRemains(folder["model"]);

        CollectionAssert.AreEquivalent(others, folder.Files.Select(Path.GetFileName).ToArray());
    }
}
