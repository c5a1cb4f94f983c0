using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Data that cannot be used: the error names the column and says what it should be.</summary>
[TestClass]
public sealed class BadInputTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void AMissingTextColumnIsNamed()
        => AssertRefused(
            "The data has no column 'There', which is to be the input column. It has 'Id', 'Label', 'Text', 'Words'.", options => options.TextColumnName = "There");

    [TestMethod]
    public void ATextColumnOfAWrongTypeIsNamed()
        => AssertRefused("The input column 'Id' is Int32; it must be text or a vector of Key<UInt32>.", options => options.TextColumnName = "Id");

    [TestMethod]
    public void AVectorOfTextsIsNotTokens()
        => AssertRefused(
            "The input column 'Words' is VarVector<String>; it must be text or a vector of Key<UInt32>. If each text is a token, append " +
            "Conversion.MapValueToKey(\"Words\") before; else name the columns that it was made of in TextColumnNames",
            options => options.TextColumnName = "Words");

    [TestMethod]
    public void AMissingLabelColumnIsNamed()
        => AssertRefused("'Nowhere'", options => options.LabelColumnName = "Nowhere");

    [TestMethod]
    public void ALabelThatIsNoKeyIsNamed()
        => AssertRefused("The label column 'Text' is String; it must be Key<UInt32>", options => options.LabelColumnName = "Text");

    [TestMethod]
    public void TheInputOfFeaturesIsChecked()
    {
        var options = Small.Features();
        options.InputColumnName = "Id";

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.RevLstm(options).Fit(Trained.Data()));

        StringAssert.Contains(failure.Message, "'Id' is Int32");
    }

    [TestMethod]
    public void APipelineFailsBeforeAnythingIsTrained()
    {
        var features = Small.Features();
        features.Progress = new Listener(_ => Assert.Fail("Training began."));
        var pipeline = _context.Transforms.RevLstm(features).Append(_context.MulticlassClassification.Trainers.RevLstm(Small.Classification()));

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pipeline.Fit(Trained.Data()));

        StringAssert.Contains(failure.Message, "The label column 'Label' is String");
    }

    [TestMethod]
    public void ATrainedModelChecksItsInput()
    {
        var other = _context.Data.LoadFromEnumerable(new[] { new { Text = 1f } });

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Classifier.Transform(other));
        StringAssert.Contains(failure.Message, "The input column 'Text' is Single; it must be text.");

        failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Trained.Classifier.GetOutputSchema(_context.Data.LoadFromEnumerable(new[] { new { Id = 1f } }).Schema));
        StringAssert.Contains(failure.Message, "no column 'Text', which is to be the input column. It has 'Id'.");
    }

    [TestMethod]
    public void OtherKeysThanInTrainingAreRefused()
    {
        var options = Small.Features();
        options.InputColumnName = "Words";
        var map = _context.Transforms.Conversion.MapValueToKey("Words");
        var data = Trained.Data();
        var model = _context.Transforms.RevGru(options).Fit(map.Fit(data).Transform(data));

        var few = _context.Data.LoadFromEnumerable(TestData.Rows(1));
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(map.Fit(few).Transform(few)));

        StringAssert.Contains(failure.Message, "'Words'");
        StringAssert.Contains(failure.Message, "17 values");
    }

    [TestMethod]
    public void NoRows()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(new RowsView(2)));
        StringAssert.Contains(failure.Message, "no rows");

        failure = Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.RevGru(Small.Features()).Fit(new RowsView(2)));
        StringAssert.Contains(failure.Message, "column 'Text'");
    }

    [TestMethod]
    public void NoLabels()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(new RowsView(2, ("a", 0), ("b", 0))));
        StringAssert.Contains(failure.Message, "No row has a value in the label column 'Label'");
    }

    [TestMethod]
    public void OneClassOnly()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(new RowsView(2, ("a", 1), ("b", 1))));
        StringAssert.Contains(failure.Message, "All rows have the same value in the label column 'Label'");
    }

    [TestMethod]
    public void AKeyOfOneValueOnly()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(new RowsView(1, ("a", 1), ("b", 1))));
        StringAssert.StartsWith(failure.Message, "All rows have the same value in the label column 'Label', key 1; a classifier needs at least two to tell apart.");
    }

    [TestMethod]
    public void AKeyOfTooManyValues()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fit(new RowsView(20_000_000, ("a", 1), ("b", 2))));
        StringAssert.Contains(failure.Message, "The label column 'Label' is a key of 20000000; it must be a key of 1 to 10000000 values.");
    }

    [TestMethod]
    public void InAPipelineTooItIsSaidWhichDataThereAreNot()
    {
        AssertPipelineFails("The data has no rows, so there is nothing in column 'Text' to train on.");
        AssertPipelineFails("No row has a value in the label column 'Label', so there is nothing to train on.",
            new() { Text = "a b" }, new() { Text = "a c", Label = "" });
        AssertPipelineFails("All rows have the same value in the label column 'Label', 'metal'; a classifier needs at least two to tell apart.",
            new() { Text = "zinc", Label = "metal" }, new() { Text = "iron", Label = "metal" });
    }

    [TestMethod]
    public void TheOnlyLabelOfOtherTrainersIsNamed()
    {
        AssertOnly(TrainerKind.Binary, "All rows have the same value in the label column 'HasMetal', 'False';", HasNoMetal);
        AssertOnly(TrainerKind.MultiLabel, "All rows have the same value in the label column 'Flags', slot 0;", row => row.Flags.SequenceEqual([true, false, false]));
        AssertOnly(TrainerKind.MultiLabel, "All rows have the same value in the label column 'Flags', none of the labels;", row => !row.Flags.Contains(true));

        static bool HasNoMetal(MixedText row) => !row.HasMetal;
    }

    [TestMethod]
    public void AFileReadWithAnotherSeparator()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("rows.csv");
        File.WriteAllLines(path, TestData.Rows(30).Select(row => $"{row.Text},{row.Label}"));
        TextLoader.Column[] textFirst = [new("Text", DataKind.String, 0), new("Label", DataKind.String, 1)];
        TextLoader.Column[] labelFirst = [new("Label", DataKind.String, 0), new("Text", DataKind.String, 1)];

        AssertTellsOfSeparators("No row has a value in the label column 'Label'", textFirst);
        AssertTellsOfSeparators("No row has a token in column 'Text'", labelFirst);

        void AssertTellsOfSeparators(string message, TextLoader.Column[] columns)
        {
            var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Pipeline().Fit(_context.Data.LoadFromTextFile(path, columns)));
            StringAssert.StartsWith(failure.Message, message);
            StringAssert.EndsWith(failure.Message, "If the data come from a file, see whether they are read with its separator, and the columns in its order.");
        }
    }

    [TestMethod]
    public void ALabelOutOfItsTypesRange()
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(new RowsView(2, ("a", 1), ("b", 2), ("c", 9))));
        StringAssert.Contains(failure.Message, "The label column 'Label' has key 9 in row 2; by its type keys are from 1 to 2.");
    }

    [TestMethod]
    public void Null()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => Fit(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.Classifier.Transform(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => _context.Transforms.RevLstm((RevRnnFeaturesOptions)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => _context.MulticlassClassification.Trainers.RevGru(null!));
    }

    private RevRnnClassificationTransformer Fit(IDataView data)
        => _context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(data);

    private EstimatorChain<RevRnnClassificationTransformer> Pipeline() => _context.Transforms.Conversion.MapValueToKey("Label")
        .Append(_context.MulticlassClassification.Trainers.RevLstm(Small.Classification()));

    private void AssertPipelineFails(string message, params LabelledText[] rows)
    {
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Pipeline().Fit(_context.Data.LoadFromEnumerable(rows)));
        StringAssert.StartsWith(failure.Message, message);
    }

    private void AssertOnly(TrainerKind kind, string message, Func<MixedText, bool> isOfIt)
    {
        var rows = _context.Data.LoadFromEnumerable(TestData.MixedRows(300).Where(isOfIt));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => EachTrainer.Fit(_context, EachTrainer.Options(kind), Trained.Keys.Transform(rows)));
        StringAssert.StartsWith(failure.Message, message);
    }

    private void AssertRefused(string message, Action<RevRnnClassificationOptions> change)
    {
        var options = Small.Classification();
        change(options);
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed()));
        StringAssert.Contains(failure.Message, message);
    }
}
