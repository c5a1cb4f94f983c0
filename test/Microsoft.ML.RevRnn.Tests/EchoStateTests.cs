using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Echo state networks as a transform of texts.</summary>
[TestClass]
public sealed class EchoStateTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void FeaturesAreAddedInOnePassWithTheirNames()
    {
        var data = Trained.Data(count: 300, seed: 5);
        var estimator = _context.Transforms.Text.EchoState("Features", "Text", units: 10);

        var transformer = estimator.Fit(data);
        var view = transformer.Transform(data);

        Assert.AreEqual(20, ((VectorDataViewType)view.Schema["Features"].Type).Size);
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Features"].GetSlotNames(ref names);
        Assert.AreEqual("backward9", names.GetItemOrDefault(19).ToString());
        var expected = new float[20];
        var texts = data.GetColumn<string>("Text").ToArray();
        var rows = view.GetColumn<float[]>("Features").ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            transformer.Encoder.Encode(texts[i], expected);
            CollectionAssert.AreEqual(expected, rows[i], $"row {i}");
        }
        // Whatever the context's seed.
        CollectionAssert.AreEqual(rows[0], new MLContext(9).Transforms.Text.EchoState("Features", "Text", 10).Fit(data).Transform(data).GetColumn<float[]>("Features").First());
        var actual = ShapeProbe.Of(view).Single(column => column.Name == "Features");
        var promised = estimator.GetOutputSchema(ShapeProbe.Of(data)).Single(column => column.Name == "Features");
        Assert.AreEqual((actual.Kind, actual.ItemType), (promised.Kind, promised.ItemType));
    }

    [TestMethod]
    public void ASavedTransformerHasTheSameBits()
    {
        var options = new EchoStateTextOptions
        {
            OutputColumnName = "States",
            Tokens = TokenKind.Characters,
            Bidirectional = false,
            Network = new EchoStateOptions { Units = 10, Seed = 4 },
        };
        var data = Trained.Data();
        var transformer = _context.Transforms.Text.EchoState(options).Fit(data);
        var image = ModelFileImage.Of(transformer);

        var loaded = (EchoStateTransformer)ModelFileImage.Load(image.File);

        CollectionAssert.AreEqual(image.Component, ModelFileImage.Of(loaded).Component);
        Assert.AreEqual(("States", "Text"), (loaded.OutputColumnName, loaded.InputColumnName));
        foreach (var (expected, actual) in transformer.Transform(data).GetColumn<float[]>("States").Zip(loaded.Transform(data).GetColumn<float[]>("States")))
            CollectionAssert.AreEqual(expected, actual);
        Assert.IsLessThan(10_000, image.File.Length, "Weights are drawn again, not kept.");
    }

    [TestMethod]
    public void FeaturesAreEnoughForALinearClassifierOfOrder()
    {
        // The same words in another order, which a bag of words cannot tell apart.
        var data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => new Row(i % 2 == 0 ? "a b c d" : "d c b a", i % 2 == 0)));
        var pipeline = _context.Transforms.Text.EchoState("Features", "Text", units: 20)
            .Append(_context.BinaryClassification.Trainers.LbfgsLogisticRegression());

        Assert.AreEqual(1, _context.BinaryClassification.Evaluate(pipeline.Fit(data).Transform(data)).Accuracy);
    }

    [TestMethod]
    public void DefaultsAreThoseOfTheOptions()
    {
        var transformer = _context.Transforms.Text.EchoState("Text").Fit(Trained.Data());

        Assert.AreEqual(new EchoStateOptions(), transformer.Encoder.Options);
        Assert.AreEqual(("Text", "Text", TokenKind.Words, true), (transformer.OutputColumnName, transformer.InputColumnName, transformer.Encoder.Tokens, transformer.Encoder.IsBidirectional));
    }

    [TestMethod]
    public void BadInputIsReported()
    {
        var estimator = _context.Transforms.Text.EchoState("Features", "Missing", units: 4);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(Trained.Data())).Message, "no column 'Missing' of text");
        var ofKeys = _context.Transforms.Text.EchoState("Features", "Words", units: 4);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ofKeys.Fit(Trained.KeyedWords())).Message, "no column 'Words' of text");
        var fitted = _context.Transforms.Text.EchoState("Features", "Text", units: 4).Fit(Trained.Data());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => fitted.Transform(_context.Data.LoadFromEnumerable([new { Other = 1f }])));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.EchoState("Features", "Text", units: 1)).Message, "Units is 1");
        foreach (var (options, message) in (IEnumerable<(EchoStateTextOptions, string)>)
            [
                (new() { OutputColumnName = "" }, "OutputColumnName is empty"),
                (new() { InputColumnName = " " }, "InputColumnName is empty"),
                (new() { Tokens = TokenKind.BytePairs }, "learns nothing"),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.EchoState(options)).Message, message);
        }
    }

    private sealed record Row(string Text, bool Label);
}
