using System.Security.Cryptography;
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
    public void EveryFlippedBitOfTheContentIsFound()
    {
        var image = ModelFileImage.Of(Trained.LanguageModel);
        var component = image.Component;
        for (var i = 0; i < image.ContentLength; i += 61)
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
        var file = ModelFileImage.Of(Trained.LanguageModel).File;
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
        var image = ModelFileImage.Of(Trained.LanguageModel);
        var random = new Random(2);
        for (var i = 0; i < 200; i++)
        {
            var component = image.Component;
            var content = component.AsSpan(ModelFileImage.ContentOffset, image.ContentLength - SHA256.HashSizeInBytes);
            // The first bytes hold what is not a weight: names, counts and sizes.
            content[i < 150 ? i * 2 : random.Next(content.Length)] = (byte)random.Next(256);
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

    [TestMethod]
    public void AddedColumnsOfOneNameAreRefused()
    {
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 1 };
        options.LogLikelihoodColumnName = "LL";
        options.PerplexityColumnName = "PP";
        var image = ModelFileImage.Of(Trained.Context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data()));
        var component = image.Component;
        component.AsSpan(component.AsSpan().IndexOf("PP"u8), 2).Fill((byte)'L');

        var failure = Errors.Cause<FormatException>(Errors.Of(() => LoadSealed(image, component)));

        StringAssert.Contains(failure!.Message, "the same name");
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
