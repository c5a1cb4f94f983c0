using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>A model file that cannot be loaded is named, with the reason.</summary>
[TestClass]
public sealed class CheckedLoadingTests
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("model.zip");

    [TestCleanup]
    public void RemoveFolder() => _folder.Dispose();

    [TestMethod]
    public void LoadsWhatWasSaved()
    {
        Trained.Context.Model.SaveAtomically(Trained.Classifier, Trained.Data().Schema, Path);

        var loaded = new MLContext().Model.LoadChecked(Path, out var schema);

        CollectionAssert.AreEqual(Trained.ScoreBits(Trained.Classifier), Trained.ScoreBits(loaded));
        CollectionAssert.Contains(schema!.Select(column => column.Name).ToArray(), "Text");
        File.Delete(Path);
    }

    [TestMethod]
    public void DamageIsToldOfWithTheFile()
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var component = image.Component;
        component[ModelFileImage.ContentOffset + 5] ^= 1;
        File.WriteAllBytes(Path, image.With(component));

        AssertRefused("The model's part 'RevRnnClassification' is damaged: its checksum is not that of its content.");
    }

    [TestMethod]
    public void ANewerModelIsToldOfWithTheFile()
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var component = image.Component;
        BitConverter.GetBytes(0x00020001).CopyTo(component, ModelFileImage.ReadableVersionOffset);
        BitConverter.GetBytes(0x00020001).CopyTo(component, ModelFileImage.ReadableVersionOffset - 4);
        File.WriteAllBytes(Path, image.With(component));

        AssertRefused("The model's part 'RevRnnClassification' has format version 20001;");
    }

    [TestMethod]
    public void WhatIsNoModelIsToldOfWithTheFile()
    {
        var file = ModelFileImage.Of(Trained.Keys.Append(Trained.Tagger)).File;
        File.WriteAllBytes(Path, file[..(file.Length / 2)]);
        AssertRefused("Failed to open a zip archive");

        File.WriteAllText(Path, "no model");
        AssertRefused("Failed to open a zip archive");

        File.WriteAllText(Path, "");
        AssertRefused("Failed to open a zip archive");
    }

    [TestMethod]
    public void AFileThatIsNotThereIsNamed()
    {
        var failure = Assert.ThrowsExactly<FileNotFoundException>(() => new MLContext().Model.LoadChecked(Path, out _));

        StringAssert.Contains(failure.Message, Path);
    }

    private void AssertRefused(string reason)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => new MLContext().Model.LoadChecked(Path, out _));
        StringAssert.StartsWith(failure.Message, $"The model could not be loaded from '{Path}'. {reason}");
        Assert.IsNotNull(failure.InnerException);
    }
}
