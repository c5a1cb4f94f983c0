using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Saving language models, and loading what was saved or damaged on the way.</summary>
[TestClass]
public sealed class LanguageModelFileTests
{
    [TestMethod]
    public void ALoadedModelIsTheSameBitForBit()
    {
        var image = ModelFileImage.Of(Trained.LanguageModel);

        var loaded = (RevLanguageModelTransformer)ModelFileImage.Load(image.File);

        CollectionAssert.AreEqual(LanguageModelLines.Of(Trained.LanguageModel, Trained.Probes()), LanguageModelLines.Of(loaded, Trained.Probes()));
        CollectionAssert.AreEqual(ModelFileImage.Bytes(Trained.LanguageModel.Report!), ModelFileImage.Bytes(loaded.Report!));
        Assert.AreEqual(Trained.LanguageModel.Network, loaded.Network);
        Assert.AreEqual(Trained.LanguageModel.ParameterCount, loaded.ParameterCount);
        Assert.AreEqual("Text", loaded.InputColumnName);
        CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(loaded).Component);
    }

    [TestMethod]
    public void AnotherProcessWritesTheSameText()
    {
        using var folder = new TemporaryFolder();
        Trained.Context.Model.Save(Trained.LanguageModel, Trained.Data().Schema, folder.File("model.zip"));

        CollectionAssert.AreEqual(LanguageModelLines.Of(Trained.LanguageModel, Trained.Probes()), OtherProcess.Lines(folder.File("model.zip")));
    }

    [TestMethod]
    public void AModelOfKeysIsSaved()
    {
        var loaded = (RevLanguageModelTransformer)ModelFileImage.Load(ModelFileImage.Of(Trained.KeyModel).File);

        Assert.AreEqual(Trained.KeyModel.Evaluate(Trained.KeyedWords()), loaded.Evaluate(Trained.KeyedWords()));
        Assert.ThrowsExactly<InvalidOperationException>(() => loaded.StartText());
    }

    [TestMethod]
    public void EveryFlippedBitOfTheContentIsFound() => DamagedModel.CheckFlippedBits(Trained.LanguageModel, distance: 61);

    [TestMethod]
    public void ATruncatedFileIsRefused() => DamagedModel.CheckTruncations(Trained.LanguageModel);

    [TestMethod]
    public void ForgedContentIsRefusedOrRead() => DamagedModel.CheckForgeries(Trained.LanguageModel, heads: 150, distance: 2);

    [TestMethod]
    public void AddedColumnsOfOneNameAreRefused()
    {
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 1 };
        options.LogLikelihoodColumnName = "LL";
        options.PerplexityColumnName = "PP";

        DamagedModel.CheckSameNames(Trained.Context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data()), "PP"u8, "LL"u8);
    }
}
