using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>
/// Schemas, and their shapes, which are what an estimator hears of before it is fitted. InputSchema finds and checks columns by them,
/// ClassificationSchema passes on what a label says of itself, and BoundMapper adds columns.
/// </summary>
[TestClass]
public sealed class ShapeTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void AShapeHasTheVisibleColumnsOnly()
    {
        var data = Trained.Keyed();

        Assert.AreEqual(2, data.Schema.Count(column => column.Name == "Label"), "The labels' texts are hidden by their keys.");
        var label = ShapeProbe.Of(data).Single(column => column.Name == "Label");
        Assert.IsTrue(label.IsKey);
        Assert.AreEqual(NumberDataViewType.UInt32, label.ItemType);
    }

    [TestMethod]
    public void NumbersToldAsTextNameTheClasses()
    {
        var data = Trained.Data(count: 6);

        var score = _context.Transforms.Conversion.MapValueToKey("Label", "Id", addKeyValueAnnotationsAsText: true)
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
            .Fit(data).Transform(data).Schema["Score"];

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        score.GetSlotNames(ref names);
        Assert.AreEqual("0 1 2 3 4 5", string.Join(' ', names.DenseValues()));
    }

    [TestMethod]
    public void KeysOfOtherNumbersAreNamed()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new SmallKeys { Text = "a", Label = 1 } });

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(data));
        StringAssert.Contains(failure.Message, "The label column 'Label' is Key<Byte>; it must be Key<UInt32>");

        var options = Small.Classification();
        options.TextColumnName = "Words";
        failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Trainers.RevLstm(options).Fit(data));
        StringAssert.Contains(failure.Message, "The input column 'Words' is Vector<Key<Byte>>; it must be text or a vector of Key<UInt32>");
    }

    [TestMethod]
    public void WhatAnAddedColumnHidesCanStillBeRead()
    {
        var options = Small.Features();
        options.OutputColumnName = "Text";
        options.Training = options.Training with { MaximumEpochs = 1 };
        var data = Trained.Data(10);

        var transformed = _context.Transforms.RevGru(options).Fit(data).Transform(data);

        Assert.HasCount(10, transformed.GetColumn<float[]>("Text").ToArray());
        var hidden = transformed.Schema.Single(column => column.Name == "Text" && column.IsHidden);
        CollectionAssert.AreEqual(TestData.Rows(10).Select(row => row.Text).ToArray(), transformed.GetColumn<string>(hidden).ToArray());
    }

    private sealed class SmallKeys
    {
        public string Text { get; set; } = "";

        [KeyType(3)]
        public byte Label { get; set; }

        [KeyType(3)]
        [VectorType(2)]
        public byte[] Words { get; set; } = [0, 1];
    }
}
