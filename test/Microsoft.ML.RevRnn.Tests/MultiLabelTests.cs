using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Any of several labels of a text.</summary>
[TestClass]
public sealed class MultiLabelTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void LearnsFlags(CellKind cell)
    {
        var trainers = _context.MulticlassClassification.Trainers;
        var options = Small.MultiLabel();
        var trainer = cell == CellKind.RevLstm ? trainers.RevLstmMultiLabel(options) : trainers.RevGruMultiLabel(options);

        var model = trainer.Fit(Trained.Mixed());

        Assert.AreEqual(cell, model.Network.Cell);
        Assert.AreEqual(3, model.LabelCount);
        AssertRight(model.Transform(Trained.Mixed(seed: 2)));
    }

    [TestMethod]
    public void LearnsKeys()
    {
        var options = Small.MultiLabel();
        options.LabelColumnName = "Kinds";
        options.TextColumnName = "Words";

        var model = _context.MulticlassClassification.Trainers.RevLstmMultiLabel(options).Fit(Trained.Tagged());

        var scored = model.Transform(Trained.Tagged(seed: 2));
        var names = Names(scored.Schema["Score"], "SlotNames");
        CollectionAssert.AreEquivalent(TestData.Labels.ToArray(), names);
        CollectionAssert.AreEqual(names, Names(scored.Schema["PredictedLabel"], "SlotNames"));
        // The keys were numbered as they came, the flags were not.
        AssertRight(scored, [.. TestData.Labels.Select(label => Array.IndexOf(names, label))]);
    }

    [TestMethod]
    public void TheLabelHoldsWhereItsProbabilityIsAboveAHalf()
    {
        // One that has learned little, so that it is sure of nothing.
        var options = Small.MultiLabel();
        options.Training = options.Training with { MaximumEpochs = 1 };

        var scored = _context.MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(Trained.Mixed()).Transform(Trained.Mixed(seed: 2));

        var all = scored.GetColumn<float[]>("Score").ToArray();
        Assert.Contains(score => score is > 0.49f and <= 0.5f, all.SelectMany(scores => scores));
        Assert.Contains(score => score is > 0.5f and < 0.51f, all.SelectMany(scores => scores));
        foreach (var (scores, labels) in all.Zip(scored.GetColumn<bool[]>("PredictedLabel")))
            CollectionAssert.AreEqual(scores.Select(score => score > 0.5f).ToArray(), labels);
    }

    [TestMethod]
    public void ProbabilitiesDoNotAddUpToOne()
    {
        var scores = Trained.MultiLabel.Transform(Trained.Mixed(seed: 2)).GetColumn<float[]>("Score").ToArray();

        Assert.IsTrue(scores.All(ofRow => ofRow.All(score => score is >= 0 and <= 1)));
        Assert.Contains(ofRow => ofRow.Sum() > 2.5, scores);
        Assert.Contains(ofRow => ofRow.Sum() < 0.5, scores);
    }

    [TestMethod]
    public void AMissingKeySaysNothingAndARowMayHaveNone()
    {
        var data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 60).Select(i => (i % 3) switch
        {
            0 => new KeySet { Text = "a b", Labels = [1, 2, 0, 1] },
            1 => new KeySet { Text = "c d", Labels = [] },
            _ => new KeySet { Text = "e f", Labels = [0, 3] },
        }));
        var options = Small.MultiLabel();
        options.LabelColumnName = "Labels";

        var model = _context.MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(data);

        var labels = model.Transform(data).GetColumn<bool[]>("PredictedLabel").Take(3).Select(row => string.Join(' ', row)).ToArray();
        CollectionAssert.AreEqual(new[] { "True True False", "False False False", "False False True" }, labels);
        Assert.IsNull(model.Transform(data).Schema["Score"].Annotations.Schema.GetColumnOrNull("SlotNames"), "The keys have no names.");
    }

    [TestMethod]
    public void AKeyOutOfItsTypesRange()
    {
        KeySet[] rows = [new() { Text = "a", Labels = [1] }, new() { Text = "b", Labels = [2, 9] }];
        var options = Small.MultiLabel();
        options.LabelColumnName = "Labels";

        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(_context.Data.LoadFromEnumerable(rows)));

        StringAssert.Contains(failure.Message, "The label column 'Labels' has key 9 in row 1; by its type keys are from 1 to 3.");
    }

    [TestMethod]
    public void NamesOfSlotsAreNamesOfLabels()
    {
        var named = _context.Transforms.Concatenate("Named", "HasMetal", "IsFirst");
        var data = named.Fit(WithFirst()).Transform(WithFirst());
        var options = Small.MultiLabel();
        options.LabelColumnName = "Named";

        var model = _context.MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(data);

        var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);
        foreach (var column in loaded.GetOutputSchema(data.Schema).Where(column => column.Name is "Score" or "PredictedLabel"))
            CollectionAssert.AreEqual(new[] { "HasMetal", "IsFirst" }, Names(column, "SlotNames"));

        IDataView WithFirst() => _context.Data.LoadFromEnumerable(
            TestData.MixedRows(60).Select(row => new { row.Text, row.HasMetal, IsFirst = row.Id % 2 == 0 }));
    }

    [TestMethod]
    public void OneLabelIsEnough()
    {
        var data = _context.Transforms.Concatenate("One", "HasMetal").Fit(Trained.Mixed()).Transform(Trained.Mixed());
        var options = Small.MultiLabel();
        options.LabelColumnName = "One";

        var model = _context.MulticlassClassification.Trainers.RevLstmMultiLabel(options).Fit(data);

        Assert.AreEqual(1, model.LabelCount);
        Assert.IsGreaterThan(0.95, model.Report!.Epochs[^1].Accuracy);
    }

    [TestMethod]
    public void PredictionEnginesPredictWhatViewsDo()
    {
        using var engine = _context.Model.CreatePredictionEngine<MixedText, Labels>(Trained.MultiLabel);
        var scores = Trained.ScoreBits(Trained.MultiLabel, Trained.Mixed(20, seed: 2));

        foreach (var (row, i) in TestData.MixedRows(20, seed: 2).Select((row, i) => (row, i)))
        {
            var prediction = engine.Predict(row);
            Assert.AreEqual(scores[i], Bits.Line(prediction.Score));
            CollectionAssert.AreEqual(prediction.Score.Select(score => score > 0.5f).ToArray(), prediction.PredictedLabel);
        }
    }

    [TestMethod]
    public void RowsWithTheSameLabelsOnly()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { "a", "b" }.Select(text => new MixedText { Text = text, Flags = [true, false, true] }));

        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.MulticlassClassification.Trainers.RevLstmMultiLabel(Small.MultiLabel()).Fit(data));

        StringAssert.Contains(failure.Message, "All rows have the same value in the label column 'Flags'");
    }

    [TestMethod]
    [DataRow("HasMetal", "The label column 'HasMetal' is Boolean; it must be a vector of Boolean of known size or a vector of Key<UInt32>.")]
    [DataRow("Kinds", "The label column 'Kinds' is VarVector<String>; it must be a vector of Boolean of known size or a vector of Key<UInt32>.")]
    public void ALabelOfAWrongTypeIsNamed(string column, string message)
    {
        var options = Small.MultiLabel();
        options.LabelColumnName = column;

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.MulticlassClassification.Trainers.RevGruMultiLabel(options).Fit(Trained.Mixed()));

        StringAssert.Contains(failure.Message, message);
    }

    /// <summary>A vector of flags of any size does not say how many labels there are.</summary>
    [TestMethod]
    public void FlagsOfAnySizeAreRefused()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new { Text = "a", Flags = new[] { true } } });

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.MulticlassClassification.Trainers.RevGruMultiLabel(Small.MultiLabel()).Fit(data));

        StringAssert.Contains(failure.Message, "The label column 'Flags' is VarVector<Boolean>");
    }

    /// <summary>Checks the predicted labels of <see cref="TestData.MixedRows"/> of seed 2.</summary>
    /// <param name="scored">What is predicted.</param>
    /// <param name="slots">The slot of each label; null where they are in order.</param>
    private static void AssertRight(IDataView scored, int[]? slots = null)
    {
        slots ??= [0, 1, 2];
        var rows = TestData.MixedRows(300, seed: 2);
        var predicted = scored.GetColumn<bool[]>("PredictedLabel").ToArray();
        var right = rows.Zip(predicted).Sum(row => slots.Index().Count(slot => row.First.Flags[slot.Index] == row.Second[slot.Item]));
        Assert.IsGreaterThan(0.97, right / (3.0 * rows.Count));
    }

    private static string[] Names(DataViewSchema.Column column, string kind)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private sealed class KeySet
    {
        public string Text { get; set; } = "";

        [KeyType(3)]
        public uint[] Labels { get; set; } = [];
    }

    private sealed class Labels
    {
        public float[] Score { get; set; } = [];

        public bool[] PredictedLabel { get; set; } = [];
    }
}
