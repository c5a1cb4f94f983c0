using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Estimators and transformers in chains.</summary>
[TestClass]
public sealed class PipelineTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(
        Enumerable.Range(0, 5).Select(id => new Row { Id = id, Text = $"t{id}", Pair = [id, id] }).ToArray());

    [TestMethod]
    public void EachEstimatorLearnsFromWhatTheEarlierOnesMade()
    {
        var model = _context.Transforms.CopyColumns("A", "Text").Append(_context.Transforms.Conversion.MapValueToKey("B", "A")).Fit(Data);

        Assert.AreEqual("1|2|3|4|5", Shown.Column(model.Transform(Data), "B"));
        Assert.HasCount(2, model);
        Assert.IsInstanceOfType<Transforms.ValueToKeyMappingTransformer>(model.LastTransformer);
    }

    [TestMethod]
    public void AChainFailsBeforeAnythingIsLearned()
    {
        var fitted = false;
        var pipeline = _context.Transforms.CopyColumns("A", "Text").WithOnFitDelegate(_ => fitted = true)
            .Append(_context.Transforms.Conversion.MapValueToKey("B", "Other"));

        Errors.AssertThrown<ArgumentOutOfRangeException>(() => pipeline.Fit(Data), "Other");
        Assert.IsFalse(fitted);
    }

    [TestMethod]
    public void WhatIsLearnedIsHandedOut()
    {
        ITransformer? got = null;

        var model = _context.Transforms.CopyColumns("A", "Text").WithOnFitDelegate(transformer => got = transformer).Fit(Data);

        Assert.AreSame(model, got);
    }

    [TestMethod]
    public void ScopesChooseTransformers()
    {
        var model = _context.Transforms.CopyColumns("A", "Text")
            .Append(_context.Transforms.CopyColumns("B", "Text"), TransformerScope.Training)
            .Append(_context.Transforms.CopyColumns("C", "Text"), TransformerScope.TrainTest)
            .Fit(Data);

        Assert.AreEqual("A", Added(model.Transform(Data)));
        Assert.HasCount(2, model.GetModelFor(TransformerScope.Testing));
        Assert.HasCount(3, model.GetModelFor(TransformerScope.Training));
        Assert.HasCount(1, model.GetModelFor(TransformerScope.Scoring));
    }

    [TestMethod]
    public void ACacheCheckpointReadsItsInputOnce()
    {
        var read = 0;
        var data = _context.Data.LoadFromEnumerable(Data.GetColumn<string>("Text").Select(text =>
        {
            read++;
            return new Row { Text = text };
        }));
        var first = _context.Transforms.CopyColumns("A", "Text");

        first.AppendCacheCheckpoint(_context)
            .Append(_context.Transforms.Conversion.MapValueToKey("B", "A"))
            .Append(_context.Transforms.Conversion.MapValueToKey("C", "A"))
            .Fit(data);
        Assert.AreEqual(5, read);

        read = 0;
        first.Append(_context.Transforms.Conversion.MapValueToKey("B", "A"))
            .Append(_context.Transforms.Conversion.MapValueToKey("C", "A"))
            .Fit(data);
        Assert.AreEqual(10, read);
        Assert.Throws<InvalidOperationException>(() => new EstimatorChain<ITransformer>().AppendCacheCheckpoint(_context));
    }

    [TestMethod]
    public void TransformersAreChainedToo()
    {
        var chain = _context.Transforms.CopyColumns("A", "Text").Fit(Data).Append(_context.Transforms.CopyColumns("B", "Id").Fit(Data));

        Assert.AreEqual("A,B", Added(chain.Transform(Data)));
        Assert.AreEqual("A,B,C", Added(chain.Append(_context.Transforms.CopyColumns("C", "Id").Fit(Data)).Transform(Data)));
        Assert.AreEqual("", Added(new TransformerChain<ITransformer>().Transform(Data)));
    }

    [TestMethod]
    public void RowMappersAreComposed()
    {
        ITransformer model = _context.Transforms.CopyColumns("A", "Text").Append(_context.Transforms.Conversion.MapValueToKey("B", "A")).Fit(Data);

        Assert.IsTrue(model.IsRowToRowMapper);
        var mapper = model.GetRowToRowMapper(Data.Schema);
        Assert.AreEqual("Text", mapper.GetDependencies([mapper.OutputSchema["B"]]).Single().Name);
        Assert.IsEmpty(mapper.GetDependencies([]));
    }

    [TestMethod]
    public void APreviewIsTheFirstRows()
    {
        var preview = Data.Preview(maxRows: 3);

        Assert.HasCount(3, preview.RowView);
        Assert.HasCount(8, preview.ColumnView);
        Assert.AreEqual("8 columns, 3 rows", preview.ToString());
        Assert.AreEqual("Text: String", preview.ColumnView[1].ToString());
        Assert.AreEqual("8 columns", preview.RowView[0].ToString());
        Assert.AreEqual("t2", preview.RowView[2].Values[1].Value.ToString());
        Assert.AreEqual("Text", preview.RowView[2].Values[1].Key);
        CollectionAssert.AreEqual(new object[] { 0, 1, 2 }, preview.ColumnView[0].Values);
        Assert.AreEqual("[2 2]", Shown.Value(preview.RowView[2].Values[6].Value));
        Assert.HasCount(5, Data.Preview().RowView);
        Assert.Throws<ArgumentOutOfRangeException>(() => Data.Preview(-1));
    }

    [TestMethod]
    public void APreviewOfAnEstimatorLearnsFromTheFirstRows()
    {
        var estimator = _context.Transforms.Conversion.MapValueToKey("Key", "Text");

        var preview = estimator.Preview(Data, maxRows: 4, maxTrainingRows: 2);

        CollectionAssert.AreEqual(new object[] { 1u, 2u, 0u, 0u }, preview.ColumnView[8].Values);
        CollectionAssert.AreEqual(new object[] { 1u, 2u }, estimator.Fit(Data).Preview(Data, maxRows: 2).ColumnView[8].Values);
    }

    private static string Added(IDataView data) => string.Join(',', data.Schema.Skip(8).Select(column => column.Name));
}
