using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The report of training in a saved model, and models that were saved before there was one.</summary>
[TestClass]
public sealed class ReportFileTests
{
    private const int WrittenVersionOffset = ModelFileImage.ReadableVersionOffset - 4;
    private const int ContentLengthOffset = 0x18;

    /// <summary>Where ML.NET's header says where things lie that come after the content: strings, their characters, the tail, the end, and the assembly's name.</summary>
    private static readonly int[] _laterOffsets = [0x20, 0x30, 0x80, 0x88, 0x90];

    [TestMethod]
    public void TheReportIsKept()
    {
        var report = Trained.Classifier.Report!;

        var loaded = ((RevRnnTransformer)ModelFileImage.Load(ModelFileImage.Of(Trained.Classifier).File)).Report!;

        Assert.AreEqual(report.BestEpoch, loaded.BestEpoch);
        Assert.AreEqual(TimeSpan.Zero, loaded.Elapsed);
        CollectionAssert.AreEqual(SavedReport.Of(report).Epochs.Select(epoch => epoch.Course).ToArray(), loaded.Epochs.Select(epoch => epoch.Course).ToArray());
        Assert.IsNotNull(loaded.Epochs[0].Course);
    }

    [TestMethod]
    public void FeaturesAndLanguageModelsKeepItToo()
    {
        foreach (var model in new RevRnnTransformer[] { Trained.Features, Trained.LanguageModel, Trained.KeyModel })
        {
            var loaded = (RevRnnTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
            CollectionAssert.AreEqual(ModelFileImage.Bytes(model.Report!), ModelFileImage.Bytes(loaded.Report!));
        }
    }

    [TestMethod]
    public void TheShareOfUnknownTokensIsThatOfTheData()
    {
        // Of five tokens "rare" and "once" are too rare to be known.
        var data = Trained.Context.Data.LoadFromEnumerable(new LabelledText[] { new() { Text = "often often rare" }, new() { Text = "often once" } });
        var options = Small.LanguageModel();
        options.Training = options.Training with { MaximumEpochs = 1, ValidationFraction = 0 };
        options.Vocabulary = options.Vocabulary with { MinimumCount = 2 };

        Assert.AreEqual(0.4, Trained.Context.Transforms.Text.RevLanguageModel(options).Fit(data).Report!.UnknownTokenShare);
        Assert.IsNull(Trained.KeyModel.Report!.UnknownTokenShare);
    }

    [TestMethod]
    public void AModelSavedBeforeThereWereReportsHasNone()
    {
        var image = ModelFileImage.Of(Trained.Classifier);

        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(image.With(FirstVersion(image, Trained.Classifier, hasTemperature: true)));

        Assert.IsNull(loaded.Report);
        Assert.AreEqual(1, loaded.Temperature);
        CollectionAssert.AreEqual(Trained.ScoreBits(Trained.Classifier), Trained.ScoreBits(loaded));
        CollectionAssert.AreEqual(Trained.ScoreBits(loaded), Trained.ScoreBits(ModelFileImage.Load(ModelFileImage.Of(loaded).File)));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => loaded.SaveReport("never.html")).Message, "no training report");

        var language = ModelFileImage.Of(Trained.LanguageModel);
        var old = (RevLanguageModelTransformer)ModelFileImage.Load(language.With(FirstVersion(language, Trained.LanguageModel, hasTemperature: false)));
        Assert.IsNull(old.Report);
        CollectionAssert.AreEqual(LanguageModelLines.Of(Trained.LanguageModel, Trained.Probes()), LanguageModelLines.Of(old, Trained.Probes()));
    }

    [TestMethod]
    public void AForgedReportIsRefused()
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var component = image.Component;
        var content = component.AsSpan(ModelFileImage.ContentOffset, image.ContentLength - SHA256.HashSizeInBytes);
        var at = content.IndexOf(ModelFileImage.Bytes(Trained.Classifier.Report!));
        // The number of epochs comes after 73 bytes.
        BitConverter.GetBytes(int.MaxValue).CopyTo(content[(at + 73)..]);
        SHA256.HashData(content, component.AsSpan(ModelFileImage.ContentOffset + content.Length, SHA256.HashSizeInBytes));

        var failure = Errors.Cause<FormatException>(Errors.Of(() => ModelFileImage.Load(image.With(component))));

        StringAssert.Contains(failure!.Message, "it says that it has 2147483647 epochs");
    }

    /// <summary>The component as version 0.1 wrote it: without a report, the byte that says so, and a temperature.</summary>
    private static byte[] FirstVersion(ModelFileImage image, RevRnnTransformer model, bool hasTemperature)
    {
        var component = image.Component;
        var content = component[ModelFileImage.ContentOffset..(ModelFileImage.ContentOffset + image.ContentLength - SHA256.HashSizeInBytes)];
        var report = ModelFileImage.Bytes(model.Report!);
        var at = content.AsSpan().IndexOf(report);
        byte[] first = [.. content[..(at - 1)], .. content[(at + report.Length)..]];
        if (hasTemperature)
        {
            // Before the network, which begins with its version and kind.
            var temperature = first.AsSpan().IndexOf((byte[])[0, 0, 0x80, 0x3F, 2, 0, 0, 0, 1]);
            first = [.. first[..temperature], .. first[(temperature + sizeof(float))..]];
        }
        var removed = content.Length - first.Length;
        byte[] old =
        [
            .. component[..ModelFileImage.ContentOffset], .. first, .. SHA256.HashData(first), .. component[(ModelFileImage.ContentOffset + image.ContentLength)..],
        ];
        BitConverter.GetBytes(0x00010001).CopyTo(old, WrittenVersionOffset);
        BitConverter.GetBytes(0x00010001).CopyTo(old, ModelFileImage.ReadableVersionOffset);
        BitConverter.GetBytes((long)image.ContentLength - removed).CopyTo(old, ContentLengthOffset);
        foreach (var offset in _laterOffsets)
        {
            if (BitConverter.ToInt64(old, offset) is > 0 and var place)
                BitConverter.GetBytes(place - removed).CopyTo(old, offset);
        }
        return old;
    }
}
