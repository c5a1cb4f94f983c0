using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Arguments that are null or empty are refused at once, or where they are first needed.</summary>
[TestClass]
public sealed class ArgumentTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(new[] { new Row { Text = "a" } });

    [TestMethod]
    public void NullDataIsNamed()
    {
        var estimator = _context.Transforms.CopyColumns("A", "Text");

        Errors.AssertThrown<ArgumentNullException>(() => estimator.Fit(null!), "input");
        Errors.AssertThrown<ArgumentNullException>(() => estimator.Fit(Data).Transform(null!), "input");
        Errors.AssertThrown<ArgumentNullException>(() => estimator.Fit(Data).GetOutputSchema(null!), "inputSchema");
        Errors.AssertThrown<ArgumentNullException>(() => estimator.Append((IEstimator<ITransformer>)null!), "estimator");
        Errors.AssertThrown<ArgumentNullException>(() => estimator.GetOutputSchema(null!), "inputSchema");
        Errors.AssertThrown<ArgumentNullException>(() => estimator.AppendCacheCheckpoint(null!), "env");
        Errors.AssertThrown<ArgumentNullException>(() => _context.Data.Cache(null!), "input");
        Errors.AssertThrown<ArgumentNullException>(() => _context.Data.ShuffleRows(null!), "input");
        Errors.AssertThrown<ArgumentNullException>(() => _context.Data.CreateEnumerable<Row>(null!, reuseRowObject: false), "data");
        Errors.AssertThrown<ArgumentNullException>(() => ((IDataView)null!).Preview(), "data");
        Errors.AssertThrown<ArgumentNullException>(() => _context.MulticlassClassification.CrossValidate(null!, estimator), "data");
        Errors.AssertThrown<ArgumentNullException>(() => _context.MulticlassClassification.CrossValidate(Data, null!), "estimator");
    }

    [TestMethod]
    public void NamesMustBeGiven()
    {
        Assert.Throws<ArgumentException>(() => _context.Transforms.Conversion.MapValueToKey(null!, "Text"));
        Assert.Throws<ArgumentException>(() => _context.Transforms.CopyColumns(null!, "Text"));
        Assert.Throws<ArgumentException>(() => _context.Transforms.Concatenate("", "Pair"));
        Assert.Throws<Exception>(() => _context.Transforms.Concatenate("A").Fit(Data).Transform(Data));
        Assert.Throws<Exception>(() => _context.Transforms.SelectColumns().Fit(Data).Transform(Data));
        Assert.Throws<ArgumentException>(() => new InputOutputColumnPair(""));
        Assert.Throws<ArgumentException>(() => _context.Transforms.Conversion.MapValueToKey(Array.Empty<InputOutputColumnPair>()).Fit(Data));
        Assert.Throws<ArgumentException>(() => _context.MulticlassClassification.Evaluate(Data, labelColumnName: ""));
        Assert.Throws<ArgumentException>(() => _context.Data.LoadFromTextFile<Row>(""));
        Assert.Throws<ArgumentException>(() => _context.Model.Load("", out _));
    }
}
