using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Saving translation models, and loading what was saved or damaged on the way.</summary>
[TestClass]
public sealed class TranslationFileTests
{
    [TestMethod]
    public void ALoadedModelIsTheSameBitForBit()
    {
        var model = Trained.Translator.WithDecoding(new DecodingOptions { BeamWidth = 3, LengthPenalty = 1, MaximumLength = 7 });
        var image = ModelFileImage.Of(model);

        var loaded = (RevTranslationTransformer)ModelFileImage.Load(image.File);

        CollectionAssert.AreEqual(PairData.Lines(model, PairData.ProbeData()), PairData.Lines(loaded, PairData.ProbeData()));
        CollectionAssert.AreEqual(ModelFileImage.Bytes(model.Report!), ModelFileImage.Bytes(loaded.Report!));
        Assert.AreEqual(model.Network, loaded.Network);
        Assert.AreEqual(model.Decoding, loaded.Decoding);
        Assert.AreEqual(model.ParameterCount, loaded.ParameterCount);
        Assert.AreEqual("Source Target Translation", string.Join(' ', loaded.SourceColumnName, loaded.TargetColumnName, loaded.OutputColumnName));
        CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(loaded).Component);
    }

    [TestMethod]
    public void AnotherProcessTranslatesTheSame()
    {
        using var folder = new TemporaryFolder();
        Trained.Context.Model.SaveAtomically(Trained.Translator, PairData.Data().Schema, folder.File("model.zip"));

        CollectionAssert.AreEqual(PairData.Lines(Trained.Translator, PairData.ProbeData()), OtherProcess.Lines(folder.File("model.zip")));
    }

    [TestMethod]
    public void EveryFlippedBitOfTheContentIsFound() => DamagedModel.CheckFlippedBits(Trained.Translator, distance: 997);

    [TestMethod]
    public void ATruncatedFileIsRefused() => DamagedModel.CheckTruncations(Trained.Translator);

    [TestMethod]
    public void ForgedContentIsRefusedOrRead()
    {
        DamagedModel.CheckForgeries(Trained.Translator, heads: 250, distance: 4);
        DamagedModel.CheckForgeries(Trained.KeyTranslator, heads: 250, distance: 4);
    }

    [TestMethod]
    public void AddedColumnsOfOneNameAreRefused()
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 1 };
        (options.OutputColumnName, options.ScoreColumnName) = ("OO", "SS");

        DamagedModel.CheckSameNames(Trained.Context.Transforms.Text.RevTranslation(options).Fit(PairData.Data(40)), "SS"u8, "OO"u8);
    }
}
