using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Saved models of binary classifiers, multi-label classifiers and taggers.</summary>
[TestClass]
public sealed class TrainerFileTests
{
    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void ALoadedModelIsTheSame(TrainerKind kind)
    {
        var (model, data) = Model(kind);
        var image = ModelFileImage.Of(model);

        var loaded = (RevRnnPredictionTransformer)ModelFileImage.Load(image.File);

        CollectionAssert.AreEqual(Trained.ScoreBits(model, data), Trained.ScoreBits(loaded, data));
        CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(loaded).Component);
        CollectionAssert.AreEqual(ModelFileImage.Bytes(model.Report!), ModelFileImage.Bytes(loaded.Report!));
        Assert.AreEqual(model.Network, loaded.Network);
        Assert.AreEqual(Describe(model.GetOutputSchema(data.Schema)), Describe(loaded.GetOutputSchema(data.Schema)));

        static string Describe(DataViewSchema schema) => string.Join('\n', schema.Select(column => $"{column} {column.Annotations.Schema}"));
    }

    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    public void AnotherProcessGetsTheSameScoresBitForBit(TrainerKind kind)
    {
        var (model, _) = Model(kind);
        using var folder = new TemporaryFolder();
        Trained.Context.Model.Save(model, null, folder.File("model.zip"));

        CollectionAssert.AreEqual(Trained.ScoreBits(model), OtherProcess.Lines(folder.File("model.zip"), "Score"));
    }

    [TestMethod]
    public void AnotherProcessGetsTheSameTagsBitForBit()
    {
        var options = Small.Tagging();
        options.TextColumnName = "Text";
        var model = Trained.Context.MulticlassClassification.Trainers.RevGruTagger(options)
            .Append(Trained.Context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Trained.Tagged());
        using var folder = new TemporaryFolder();
        Trained.Context.Model.Save(model, null, folder.File("model.zip"));

        // An empty text has no scores, so no line either.
        CollectionAssert.AreEqual(
            Trained.ScoreBits(model).Where(line => line != "").ToArray(), OtherProcess.Lines(folder.File("model.zip"), "Score"));
    }

    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void DamageIsFound(TrainerKind kind)
    {
        var image = ModelFileImage.Of(Model(kind).Model);
        var component = image.Component;
        for (var i = 0; i < image.ContentLength; i += 97)
        {
            component[ModelFileImage.ContentOffset + i] ^= (byte)(1 << (i % 8));
            var failure = Errors.Of(() => ModelFileImage.Load(image.With(component)));
            Assert.IsNotNull(Errors.Cause<FormatException>(failure), $"Byte {i}: {failure}");
            component[ModelFileImage.ContentOffset + i] ^= (byte)(1 << (i % 8));
        }
    }

    /// <summary>Content that was changed on purpose, checksum and all: an exception is all it may cause.</summary>
    [TestMethod]
    [DataRow(TrainerKind.Binary)]
    [DataRow(TrainerKind.MultiLabel)]
    [DataRow(TrainerKind.Tagger)]
    public void ForgedContentIsRefused(TrainerKind kind)
    {
        var (model, data) = Model(kind);
        var image = ModelFileImage.Of(model);
        var random = new Random(2);
        var (scored, refused) = (0, 0);
        for (var i = 0; i < 100; i++)
        {
            var file = Forged(image, content => content[random.Next(i < 80 ? 400 : content.Length)] = (byte)random.Next(256));
            try
            {
                Trained.ScoreBits(ModelFileImage.Load(file), data);
                scored++;
            }
            catch (Exception failure)
            {
                Assert.IsFalse(failure is OutOfMemoryException or NullReferenceException or AccessViolationException, $"File {i}: {failure}");
                refused++;
            }
        }
        Assert.IsGreaterThan(0, scored, "No file was scored: they are refused for another reason than what was forged.");
        Assert.IsGreaterThan(0, refused, "No file was refused.");
    }

    [TestMethod]
    public void ColumnsOfTheSameNameAreRefused()
    {
        foreach (var name in new[] { "Score", "PredictedLabel" })
        {
            var other = new string('X', name.Length);
            var options = Small.Binary();
            options.ProbabilityColumnName = other;
            options.Training = options.Training with { MaximumEpochs = 1 };
            var model = Trained.Context.BinaryClassification.Trainers.RevGru(options).Fit(Trained.Mixed(20));

            AssertRefused($"Two of the columns that the model adds have the same name, '{name}'.", Forged(ModelFileImage.Of(model), content =>
                Encoding.UTF8.GetBytes(name).CopyTo(content[content.IndexOf(Encoding.UTF8.GetBytes(other))..])));
        }
    }

    /// <summary>Where labels have no values, C stands before a byte that says so and the network, which begins with its version and kind.</summary>
    [TestMethod]
    public void AnotherNumberOfClassesThanTheNetworksIsRefused()
    {
        var data = Trained.Context.Data.LoadFromEnumerable(TestData.MixedRows(20)
            .Select((row, i) => new OneFlag { Text = row.Text, Label = [i % 2 == 0] }));
        var options = Small.MultiLabel();
        options.LabelColumnName = "Label";
        var image = ModelFileImage.Of(Trained.Context.MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(data));

        AssertRefused("The network is made for 1 labels, and the model has 2.", Forged(image, content =>
            content[content.IndexOf((byte[])[1, 0, 0, 0, 0, 2, 0, 0, 0, 3])] = 2));
    }

    private static void AssertRefused(string message, byte[] file)
        => StringAssert.Contains(Errors.Cause<FormatException>(Errors.Of(() => ModelFileImage.Load(file)))!.Message, message);

    /// <summary>A file whose content was changed, with a checksum that fits.</summary>
    private static byte[] Forged(ModelFileImage image, ForgeContent change)
    {
        var component = image.Component;
        var content = component.AsSpan(ModelFileImage.ContentOffset, image.ContentLength - SHA256.HashSizeInBytes);
        change(content);
        SHA256.HashData(content, component.AsSpan(ModelFileImage.ContentOffset + content.Length, SHA256.HashSizeInBytes));
        return image.With(component);
    }

    private static (RevRnnPredictionTransformer Model, IDataView Data) Model(TrainerKind kind) => kind switch
    {
        TrainerKind.Binary => (Trained.Binary, Trained.Mixed(30, seed: 2)),
        TrainerKind.MultiLabel => (Trained.MultiLabel, Trained.Mixed(30, seed: 2)),
        _ => (Trained.Tagger, Trained.Tagged(30, seed: 2)),
    };

    private delegate void ForgeContent(Span<byte> content);

    private sealed class OneFlag
    {
        public string? Text { get; set; }

        [VectorType(1)]
        public bool[] Label { get; set; } = [];
    }
}
