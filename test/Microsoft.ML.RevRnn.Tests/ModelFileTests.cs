using System.Security.Cryptography;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Saving, and loading what was saved, what was damaged on the way, and what is from the future.</summary>
[TestClass]
public sealed class ModelFileTests
{
    [TestMethod]
    public void LoadedScoresAreTheSameBitForBit()
    {
        var loaded = ModelFileImage.Load(ModelFileImage.Of(Trained.Classifier).File);

        CollectionAssert.AreEqual(Trained.ScoreBits(Trained.Classifier), Trained.ScoreBits(loaded));
        var classifier = (RevRnnClassificationTransformer)loaded;
        CollectionAssert.AreEqual(ModelFileImage.Bytes(Trained.Classifier.Report!), ModelFileImage.Bytes(classifier.Report!));
        Assert.AreEqual(Trained.Classifier.Network, classifier.Network);
        Assert.AreEqual("Text", classifier.InputColumnName);
        Assert.AreEqual(
            string.Join(',', Trained.Classifier.GetOutputSchema(Trained.Keyed().Schema)),
            string.Join(',', classifier.GetOutputSchema(Trained.Keyed().Schema)));
    }

    [TestMethod]
    public void SavingALoadedModelGivesTheSameBytes()
    {
        var image = ModelFileImage.Of(Trained.Classifier);

        CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(ModelFileImage.Load(image.File)).Component);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AnotherProcessGetsTheSameScoresBitForBit(CellKind cell)
    {
        var context = new MLContext(seed: 1);
        var trainers = context.MulticlassClassification.Trainers;
        var model = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(cell == CellKind.RevLstm ? trainers.RevLstm(Small.Classification()) : trainers.RevGru(Small.Classification()))
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Trained.Data());
        using var folder = new TemporaryFolder();
        context.Model.Save(model, Trained.Data().Schema, folder.File("model.zip"));

        CollectionAssert.AreEqual(Trained.ScoreBits(model), OtherProcess.Lines(folder.File("model.zip"), "Score"));
    }

    [TestMethod]
    public void AnotherProcessGetsTheSameFeaturesBitForBit()
    {
        using var folder = new TemporaryFolder();
        Trained.Context.Model.Save(Trained.Features, null, folder.File("model.zip"));

        CollectionAssert.AreEqual(
            Bits.Lines(Trained.Features.Transform(Trained.Probes()), "Features"), OtherProcess.Lines(folder.File("model.zip"), "Features"));
    }

    [TestMethod]
    public void AModelOfKeyVectorsIsSaved()
    {
        var options = Small.Classification();
        options.TextColumnName = "Words";
        var model = Trained.Context.Transforms.Conversion.MapValueToKey("Label")
            .Append(Trained.Context.Transforms.Conversion.MapValueToKey("Words"))
            .Append(Trained.Context.MulticlassClassification.Trainers.RevGru(options))
            .Fit(Trained.Data());

        CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(ModelFileImage.Load(ModelFileImage.Of(model).File)));
    }

    [TestMethod]
    public void NumbersAsLabelValuesAreSaved()
    {
        var data = Trained.Context.Data.LoadFromEnumerable(TestData.Rows(6));
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 1 };
        var model = Trained.Context.Transforms.Conversion.MapValueToKey("Label", "Id")
            .Append(Trained.Context.MulticlassClassification.Trainers.RevGru(options))
            .Append(Trained.Context.Transforms.Conversion.MapKeyToValue("Value", "PredictedLabel"))
            .Fit(data);

        var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);

        CollectionAssert.AreEqual(model.Transform(data).GetColumn<int>("Value").ToArray(), loaded.Transform(data).GetColumn<int>("Value").ToArray());
    }

    [TestMethod]
    public void EveryFlippedBitOfTheContentIsFound() => DamagedModel.CheckFlippedBits(Trained.Classifier, distance: 37);

    [TestMethod]
    public void AFlippedBitOfTheFileIsFoundOrHarmless()
    {
        var file = ModelFileImage.Of(Trained.Classifier).File;
        var scores = Trained.ScoreBits(Trained.Classifier);
        var random = new Random(1);
        for (var i = 0; i < 150; i++)
        {
            var at = random.Next(file.Length);
            var bit = (byte)(1 << random.Next(8));
            file[at] ^= bit;
            string[]? got = null;
            try
            {
                got = Trained.ScoreBits(ModelFileImage.Load(file));
            }
            catch (Exception failure)
            {
                // Of the zip file, of ML.NET's stream or of ours, or of the name of our assembly in it.
                Assert.IsTrue(
                    Errors.Cause<FormatException>(failure) != null || failure is InvalidDataException or FileNotFoundException or FileLoadException,
                    $"Byte {at} of {file.Length}, bit {bit}: {failure}");
            }
            if (got != null)
                CollectionAssert.AreEqual(scores, got, $"Byte {at} of {file.Length}, bit {bit}");
            file[at] ^= bit;
        }
    }

    [TestMethod]
    public void ATruncatedFileIsRefused()
    {
        DamagedModel.CheckTruncations(Trained.Classifier);
        var file = ModelFileImage.Of(Trained.Classifier).File;
        Errors.Of(() => ModelFileImage.Load(file[..^1]));
    }

    [TestMethod]
    public void ATruncatedComponentIsRefused()
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var component = image.Component;
        for (var i = 0; i < 40; i++)
        {
            var length = (int)((long)component.Length * i / 40);
            var failure = Errors.Of(() => ModelFileImage.Load(image.With(component[..length])));
            Assert.IsNotNull(Errors.Cause<FormatException>(failure), $"Length {length}: {failure}");
        }
    }

    [TestMethod]
    public void ANewerModelsErrorSaysWhatToDo()
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var component = image.Component;
        BitConverter.GetBytes(0x00020001).CopyTo(component, ModelFileImage.ReadableVersionOffset);
        BitConverter.GetBytes(0x00020001).CopyTo(component, ModelFileImage.ReadableVersionOffset - 4);

        var failure = Errors.Cause<FormatException>(Errors.Of(() => ModelFileImage.Load(image.With(component))));

        StringAssert.Contains(failure!.Message, "'RevRnnClassification' has format version 20001; Microsoft.ML.RevRnn ");
        StringAssert.Contains(failure.Message, "reads up to 10003.");
        StringAssert.Contains(failure.Message, "update the package");
    }

    /// <summary>Content that was changed on purpose, checksum and all: a format error is all it may cause, or columns of other names.</summary>
    [TestMethod]
    public void ForgedContentIsRefusedOrRead()
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var length = image.ContentLength - SHA256.HashSizeInBytes;
        var random = new Random(2);
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            var component = image.Component;
            var content = component.AsSpan(ModelFileImage.ContentOffset, length);
            // The first bytes hold what is not a weight: names, counts and sizes.
            content[i < 150 ? i * 2 : random.Next(length)] = (byte)random.Next(256);
            SHA256.HashData(content, component.AsSpan(ModelFileImage.ContentOffset + length, SHA256.HashSizeInBytes));
            ITransformer model;
            try
            {
                model = ModelFileImage.Load(image.With(component));
            }
            catch (Exception failure)
            {
                Errors.CheckDamage(failure, $"Change {i}");
                refused++;
                continue;
            }
            try
            {
                Trained.ScoreBits(model);
            }
            catch (ArgumentOutOfRangeException failure)
            {
                StringAssert.Contains(failure.Message, "olumn", $"Change {i}: {failure}");
            }
        }
        Assert.IsTrue(refused > 10, $"{refused}");
    }
}
