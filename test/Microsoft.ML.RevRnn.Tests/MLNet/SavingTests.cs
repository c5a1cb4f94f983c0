using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>
/// Model files. Payload has ML.NET check the header of each component, AtomicModelSaving hears of failures that ML.NET does not tell, and
/// LabelValueFormat keeps of a value what ML.NET keeps.
/// </summary>
[TestClass]
public sealed class SavingTests
{
    [TestMethod]
    public void AComponentOfAnotherSignatureIsRefused()
        => AssertRefused(component => component[ModelFileImage.SignatureOffset + 6] ^= 1);

    [TestMethod]
    public void AComponentOfAVersionTooOldIsRefused()
        => AssertRefused(component => BitConverter.GetBytes(0x00010000).CopyTo(component, ModelFileImage.ReadableVersionOffset - 4));

    /// <summary>Why there is a FailureRecordingStream: the end of the zip's directory is missing, and nobody is told.</summary>
    [TestMethod]
    public void MlNetDoesNotTellThatTheDiskIsFullAtTheEnd()
    {
        using var folder = new TemporaryFolder();
        var length = ModelFileImage.Of(Trained.Classifier).File.Length;

        using (var file = new FullDiskStream(File.Create(folder.File("model.zip")), length - 1))
            Trained.Context.Model.Save(Trained.Classifier, Trained.Data().Schema, file);

        Errors.Of(() => new MLContext().Model.Load(folder.File("model.zip"), out _));
    }

    [TestMethod]
    public void ADatesKindIsNotSaved()
    {
        var context = new MLContext(seed: 3);
        var data = context.Data.LoadFromEnumerable(TestData.Rows(9)
            .Select(row => new { row.Text, Label = new DateTime(2020, 1, 1 + row.Id % 3, 0, 0, 0, DateTimeKind.Utc) }));
        var model = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
            .Append(context.Transforms.Conversion.MapKeyToValue("Label"))
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);

        var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);

        Assert.AreEqual(DateTimeKind.Utc, model.Transform(data).GetColumn<DateTime>("Label").First().Kind);
        Assert.AreEqual(DateTimeKind.Unspecified, loaded.Transform(data).GetColumn<DateTime>("Label").First().Kind);
        Assert.AreEqual(DateTimeKind.Unspecified, loaded.Transform(data).GetColumn<DateTime>("PredictedLabel").First().Kind);
    }

    private static void AssertRefused(Action<byte[]> change)
    {
        var image = ModelFileImage.Of(Trained.Classifier);
        var component = image.Component;
        change(component);

        var failure = Errors.Of(() => ModelFileImage.Load(image.With(component)));

        Assert.IsNotNull(Errors.Cause<FormatException>(failure), failure.ToString());
    }
}
