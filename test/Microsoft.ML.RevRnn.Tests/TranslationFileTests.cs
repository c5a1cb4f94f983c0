using System.Security.Cryptography;
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
    public void EveryFlippedBitOfTheContentIsFound()
    {
        var image = ModelFileImage.Of(Trained.Translator);
        var component = image.Component;
        for (var i = 0; i < image.ContentLength; i += 997)
        {
            component[ModelFileImage.ContentOffset + i] ^= (byte)(1 << (i % 8));
            var failure = Errors.Of(() => ModelFileImage.Load(image.With(component)));
            Assert.IsNotNull(Errors.Cause<FormatException>(failure), $"Byte {i}: {failure}");
            component[ModelFileImage.ContentOffset + i] ^= (byte)(1 << (i % 8));
        }
    }

    [TestMethod]
    public void ATruncatedFileIsRefused()
    {
        var file = ModelFileImage.Of(Trained.Translator).File;
        for (var i = 0; i < 20; i++)
        {
            var length = (int)((long)file.Length * i / 20);
            var failure = Errors.Of(() => ModelFileImage.Load(file[..length]));
            Assert.IsNotNull(Errors.Cause<FormatException>(failure), $"Length {length}: {failure}");
        }
    }

    /// <summary>Content that was changed on purpose, checksum and all: a format error is all it may cause.</summary>
    [TestMethod]
    public void ForgedContentIsRefusedOrRead()
    {
        foreach (var model in new[] { Trained.Translator, Trained.KeyTranslator })
        {
            var image = ModelFileImage.Of(model);
            var random = new Random(2);
            for (var i = 0; i < 300; i++)
            {
                var component = image.Component;
                var content = component.AsSpan(ModelFileImage.ContentOffset, image.ContentLength - SHA256.HashSizeInBytes);
                // The first bytes hold what is not a weight: names, counts and sizes.
                content[i < 250 ? i * 4 : random.Next(content.Length)] = (byte)random.Next(256);
                try
                {
                    LoadSealed(image, component);
                }
                catch (Exception failure) when (failure is not OutOfMemoryException)
                {
                    Errors.CheckDamage(failure, $"Change {i}");
                }
            }
        }
    }

    [TestMethod]
    public void AddedColumnsOfOneNameAreRefused()
    {
        var options = Small.Translation();
        options.Training = options.Training with { MaximumEpochs = 1 };
        (options.OutputColumnName, options.ScoreColumnName) = ("OO", "SS");
        var image = ModelFileImage.Of(Trained.Context.Transforms.Text.RevTranslation(options).Fit(PairData.Data(40)));
        var component = image.Component;
        component.AsSpan(component.AsSpan().IndexOf("SS"u8), 2).Fill((byte)'O');

        StringAssert.Contains(Errors.Cause<FormatException>(Errors.Of(() => LoadSealed(image, component)))!.Message, "the same name");
    }

    /// <summary>Loads the component with a checksum that fits it.</summary>
    private static ITransformer LoadSealed(ModelFileImage image, byte[] component)
    {
        var length = image.ContentLength - SHA256.HashSizeInBytes;
        SHA256.HashData(
            component.AsSpan(ModelFileImage.ContentOffset, length), component.AsSpan(ModelFileImage.ContentOffset + length, SHA256.HashSizeInBytes));
        return ModelFileImage.Load(image.With(component));
    }
}
