using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Which rows a split takes is the same for the same seed, to the row.</summary>
[TestClass]
public sealed class SplitTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(id => new Row
    {
        Id = id,
        Text = $"group {id / 5}",
        Number = id / 3 * 0.5f,
        Key = (uint)(id % 4),
        Truth = id % 2 == 0,
    }).ToArray());

    [TestMethod]
    public void TheSeedOfTheContextSplits()
    {
        var split = _context.Data.TrainTestSplit(Data, testFraction: 0.3);

        Assert.AreEqual("2|9|10|12|13|21|28", Shown.Column(split.TestSet, "Id"));
        Assert.AreEqual(30, Count(split.TrainSet) + Count(split.TestSet));
        Assert.AreEqual(Shown.Schema(Data.Schema), Shown.Schema(split.TrainSet.Schema), "No column is added.");
        Assert.AreEqual(Shown.Schema(Data.Schema), Shown.Schema(split.TestSet.Schema));
    }

    [TestMethod]
    public void TheSeedOfTheCallComesFirst()
        => Assert.AreEqual("1|2|7|14|15|16|17|21|25|29", Shown.Column(_context.Data.TrainTestSplit(Data, testFraction: 0.3, seed: 5).TestSet, "Id"));

    [TestMethod]
    public void WithoutASeedASplitIsTheSameToo()
        => Assert.AreEqual("5|6|10|18|20|28", Shown.Column(new MLContext().Data.TrainTestSplit(Data, testFraction: 0.3).TestSet, "Id"));

    [TestMethod]
    [DataRow("Text", "5|6|7|8|9|10|11|12|13|14|15|16|17|18|19")]
    [DataRow("Id", "3|4|7|10|13|16|17")]
    [DataRow("Number", "0|1|2|3|4|5|6|7|8|9|10|11")]
    [DataRow("Key", "0|4|8|12|16|20|24|28")]
    [DataRow("Truth", "")]
    public void EqualKeysStayTogether(string column, string expected)
        => Assert.AreEqual(
            expected, Shown.Column(_context.Data.TrainTestSplit(Data, testFraction: 0.4, samplingKeyColumnName: column).TestSet, "Id"));

    [TestMethod]
    public void EachRowIsInOneFold()
    {
        var folds = _context.Data.CrossValidationSplit(Data, numberOfFolds: 3);

        Assert.AreEqual(
            "2|9|10|12|13|14|21|28 / 3|5|15|17|18|19|22|25|29 / 0|1|4|6|7|8|11|16|20|23|24|26|27",
            string.Join(" / ", folds.Select(fold => Shown.Column(fold.TestSet, "Id"))));
        foreach (var fold in folds)
            Assert.AreEqual(30, Count(fold.TrainSet) + Count(fold.TestSet));
    }

    [TestMethod]
    public void FoldsOfGroups()
        => Assert.AreEqual("20|21|22|23|24 / 0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|25|26|27|28|29", string.Join(" / ", _context.Data
            .CrossValidationSplit(Data, numberOfFolds: 2, samplingKeyColumnName: "Text", seed: 3)
            .Select(fold => Shown.Column(fold.TestSet, "Id"))));

    [TestMethod]
    public void ArgumentsOutOfRangeAreNamed()
    {
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.TrainTestSplit(Data, testFraction: 0), "testFraction");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.TrainTestSplit(Data, testFraction: 1), "testFraction");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.CrossValidationSplit(Data, numberOfFolds: 1), "numberOfFolds");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.TrainTestSplit(Data, samplingKeyColumnName: "Other"), "Other");
        Errors.AssertThrown<ArgumentNullException>(() => _context.Data.TrainTestSplit(null!), "data");
    }

    private static int Count(IDataView data) => Shown.Column(data, "Id").Split('|').Length;
}
