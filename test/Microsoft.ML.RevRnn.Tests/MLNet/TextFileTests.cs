using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>
/// Rows as the samples get them, from a text file and a split, and from files in other forms: what our trainers make of them is what they make of
/// the same rows in memory.
/// </summary>
[TestClass]
public sealed class TextFileTests
{
    private readonly MLContext _context = new(seed: 3);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void RemoveFolder() => _folder.Dispose();

    [TestMethod]
    public void FieldsAreTextAsTheyStand()
    {
        var data = Load("say \"iron\", or\tmetal", "\"snow\tweather", "", "// no row", " // a row\tfruit", "no label", "more\tmetal\tfields");

        CollectionAssert.AreEqual(new[] { "say \"iron\", or", "\"snow", "// a row", "no label", "more" }, data.GetColumn<string>("Text").ToArray());
        CollectionAssert.AreEqual(new[] { "metal", "weather", "fruit", "", "metal" }, data.GetColumn<string>("Label").ToArray());
    }

    [TestMethod]
    public void ATrainerLearnsTheSameFromQuotedLines()
    {
        // Texts with the separator, quotes and line breaks in them.
        LabelledText[] rows = [.. TestData.Rows(30).Select((row, i) => new LabelledText
        {
            Text = string.Join(i % 3 == 0 ? ", " : i % 3 == 1 ? " \"and\" " : "\n", row.Words),
            Label = row.Label,
        })];
        File.WriteAllText(_folder.File("rows.csv"), "class,id,text\n" + string.Concat(rows.Select(
            (row, i) => $"{row.Label},{i},\"{row.Text!.Replace("\"", "\"\"")}\"\n")));

        var data = _context.Data.LoadFromTextFile(_folder.File("rows.csv"), new TextLoader.Options
        {
            Columns = [new("Label", DataKind.String, 0), new("Text", DataKind.String, 2)],
            HasHeader = true,
            Separators = [','],
            AllowQuoting = true,
            ReadMultilines = true,
        });

        CollectionAssert.AreEqual(rows.Select(row => row.Text).ToArray(), data.GetColumn<string>("Text").ToArray());
        AssertLearnsTheSame(rows, data);
    }

    [TestMethod]
    public void KeysInAFileCountFromZero()
    {
        File.WriteAllLines(_folder.File("rows.tsv"), [.. TestData.Rows(30).Select(row => $"{row.Text}\t{row.Id % 3}"), "rain\t?", "rain\t3", "rain"]);
        var data = _context.Data.LoadFromTextFile(
            _folder.File("rows.tsv"), [new("Text", DataKind.String, 0), new("Label", DataKind.UInt32, [new(1)], new KeyCount(3))]);
        var warnings = new List<string>();
        _context.Log += (_, e) =>
        {
            if (e.Message.Contains("Skipped"))
                warnings.Add(e.RawMessage);
        };

        var model = _context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(data);

        Assert.AreEqual(3, model.ClassCount);
        CollectionAssert.AreEqual(new[] { "Skipped 3 rows without a value in the label column 'Label'." }, warnings);
        CollectionAssert.AreEqual(new uint[] { 1, 2, 3, 1 }, model.Transform(data).GetColumn<uint>("PredictedLabel").Take(4).ToArray());
    }

    [TestMethod]
    public void WhatIsNotNeededIsNotParsed()
    {
        File.WriteAllLines(_folder.File("rows.tsv"), TestData.Rows(30).Select(row => $"{row.Text}\t{row.Label}\tno number"));
        var data = _context.Data.LoadFromTextFile(
            _folder.File("rows.tsv"), [new("Text", DataKind.String, 0), new("Label", DataKind.String, 1), new("Number", DataKind.Int32, 2)]);
        Errors.Of(() => data.GetColumn<int>("Number").Count());

        AssertLearnsTheSame(TestData.Rows(30), data);
    }

    /// <summary>The samples' results are of this split.</summary>
    [TestMethod]
    [DataRow(null)]
    [DataRow(0)]
    [DataRow(5)]
    public void TheSeedOfASplitChoosesItsRows(int? contextSeed)
    {
        var split = new MLContext(contextSeed).Data.TrainTestSplit(Trained.Data(30), testFraction: 0.1, seed: 1);

        CollectionAssert.AreEqual(new[] { 12, 28 }, split.TestSet.GetColumn<int>("Id").ToArray());
        Assert.AreEqual(30, split.TrainSet.GetColumn<int>("Id").Union(split.TestSet.GetColumn<int>("Id")).Count());
    }

    /// <summary>Loads lines as the samples do.</summary>
    private IDataView Load(params string[] lines)
    {
        File.WriteAllLines(_folder.File("rows.tsv"), lines);
        return _context.Data.LoadFromTextFile<Line>(_folder.File("rows.tsv"), separatorChar: '\t');
    }

    private void AssertLearnsTheSame(IEnumerable<LabelledText> rows, IDataView data)
    {
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()));

        CollectionAssert.AreEqual(
            Trained.ScoreBits(pipeline.Fit(_context.Data.LoadFromEnumerable(rows))), Trained.ScoreBits(pipeline.Fit(data)));
    }

    private sealed class Line
    {
        [LoadColumn(0)]
        public string Text { get; set; } = "";

        [LoadColumn(1)]
        public string Label { get; set; } = "";
    }
}
