using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>
/// Views, cursors and rows. Binding lays our columns over any view: it keeps what it computed until the row's position changes, hands rows to
/// threads by batches, and leaves order, ids and shuffling to the view below.
/// </summary>
[TestClass]
public sealed class ViewTests
{
    /// <summary>More rows than ML.NET hands to one thread at a time.</summary>
    private const int RowCount = 300;

    private readonly MLContext _context = new(seed: 3);

    private static IEnumerable<object[]> Views
        => [["plain"], ["cached"], ["shuffled"], ["split"], ["taken"], ["skipped"], ["filtered"], ["sampled"]];

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void RowsOfAnyViewAreScored(string kind)
    {
        var expected = Trained.ScoreBits(Trained.Classifier, Plain());
        var view = View(kind);
        var ids = view.GetColumn<int>("Id").ToArray();

        var scored = Trained.Classifier.Transform(view);

        Assert.IsGreaterThan(50, ids.Length);
        CollectionAssert.AreEqual(ids, scored.GetColumn<int>("Id").ToArray());
        CollectionAssert.AreEqual(ids.Select(id => expected[id]).ToArray(), Bits.Lines(scored, "Score"));
    }

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void PositionsCountTheRows(string kind)
    {
        using var cursor = View(kind).GetRowCursor([]);
        Assert.AreEqual(-1, cursor.Position);

        var count = 0;
        for (; cursor.MoveNext(); count++)
            Assert.AreEqual(count, cursor.Position);

        Assert.IsGreaterThan(50, count);
    }

    [TestMethod]
    [DataRow("plain")]
    [DataRow("cached")]
    public void RowIdsPassThrough(string kind)
    {
        var data = View(kind);
        var scored = Trained.Classifier.Transform(data);
        var expected = RowIds(data.GetRowCursor([data.Schema["Id"]]));

        Assert.HasCount(RowCount, expected.Distinct());
        CollectionAssert.AreEqual(expected, RowIds(scored.GetRowCursor([scored.Schema["Id"]])));
        CollectionAssert.AreEqual(expected, RowIds(scored.GetRowCursor([scored.Schema["Score"]])), "Rows that several threads share.");
    }

    [TestMethod]
    [DataRow("plain")]
    [DataRow("cached")]
    public void BatchesTellTheOrderOfTheRows(string kind)
    {
        var scored = Trained.Classifier.Transform(View(kind));
        var rows = new List<(long Batch, int Id)>();

        var cursors = scored.GetRowCursorSet([scored.Schema["Id"], scored.Schema["Score"]], 3);
        Assert.HasCount(3, cursors);
        foreach (var cursor in cursors)
        {
            using (cursor)
            {
                var getId = cursor.GetGetter<int>(scored.Schema["Id"]);
                var id = 0;
                for (long batch = 0; cursor.MoveNext(); batch = cursor.Batch)
                {
                    getId(ref id);
                    Assert.IsGreaterThanOrEqualTo(batch, cursor.Batch);
                    rows.Add((cursor.Batch, id));
                }
            }
        }

        CollectionAssert.AreEqual(Enumerable.Range(0, RowCount).ToArray(), rows.OrderBy(row => row.Batch).Select(row => row.Id).ToArray());
    }

    [TestMethod]
    public void ACacheIsShuffledUnderOurColumns()
    {
        var expected = Trained.ScoreBits(Trained.Classifier, Plain());
        var scored = Trained.Classifier.Transform(View("cached"));
        Assert.IsTrue(scored.CanShuffle);
        Assert.IsFalse(Trained.Classifier.Transform(View("taken")).CanShuffle);
        var ids = new List<int>();

        using (var cursor = scored.GetRowCursor([scored.Schema["Id"], scored.Schema["Score"]], new Random(1)))
        {
            var getId = cursor.GetGetter<int>(scored.Schema["Id"]);
            var getScore = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
            var score = default(VBuffer<float>);
            for (var id = 0; cursor.MoveNext(); ids.Add(id))
            {
                getId(ref id);
                getScore(ref score);
                Assert.AreEqual(expected[id], Bits.Line([.. score.DenseValues()]));
            }
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(0, RowCount).ToArray(), ids);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, RowCount).ToArray(), ids);
        var inOrder = RowIds(scored.GetRowCursor([scored.Schema["Id"]]));
        CollectionAssert.AreNotEqual(inOrder, RowIds(scored.GetRowCursor([scored.Schema["Id"]], new Random(1))), "Without a column of ours.");
    }

    [TestMethod]
    public void NothingIsReadBeforeACursorIs()
    {
        var rows = new RowsView(3, ("iron", 1), ("snow", 2));

        var chain = _context.Transforms.CopyColumns("Copy", "Text").Append(_context.Transforms.Text.TokenizeIntoWords("Copy")).Fit(rows)
            .Append(Trained.Classifier);
        var split = _context.Data.TrainTestSplit(_context.Data.ShuffleRows(chain.Transform(rows)));
        Assert.AreEqual(0, rows.Cursors);

        Assert.AreEqual(2, split.TrainSet.GetColumn<uint>("PredictedLabel").Count() + split.TestSet.GetColumn<uint>("PredictedLabel").Count());
        Assert.AreEqual(2, rows.Cursors);
    }

    [TestMethod]
    public void AChainAsksForWhatItNeeds()
    {
        var options = Small.Classification();
        options.TextColumnName = "Words";
        options.Training = options.Training with { MaximumEpochs = 1 };
        ITransformer model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Conversion.MapValueToKey("Words"))
            .Append(_context.MulticlassClassification.Trainers.RevGru(options))
            .Append(_context.Transforms.Conversion.MapKeyToValue("Class", "PredictedLabel"))
            .Fit(Trained.Data());

        Assert.IsTrue(model.IsRowToRowMapper);
        var mapper = model.GetRowToRowMapper(Trained.Data().Schema);

        Assert.AreEqual("Words", mapper.GetDependencies([mapper.OutputSchema["Class"]]).Single().Name);
        Assert.IsEmpty(mapper.GetDependencies([]));
    }

    [TestMethod]
    public void AnyVectorIsWrittenOver()
    {
        var scored = Trained.Classifier.Transform(Trained.Data(1));
        var expected = Trained.ScoreBits(Trained.Classifier, Trained.Data(1)).Single();
        VBuffer<float>[] destinations = [default, new(3, [7, 8, 9]), new(9, [1, 2, 3, 4, 5, 6, 7, 8, 9]), new(5, 2, [1, 2], [1, 3])];
        foreach (var destination in destinations)
        {
            // Our own cursor: not one that collects the rows of several.
            using var cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();
            Assert.IsTrue(cursor.MoveNext());
            var score = destination;
            cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"])(ref score);

            Assert.IsTrue(score.IsDense);
            Assert.AreEqual(expected, Bits.Line([.. score.DenseValues()]));
        }
    }

    private IDataView Plain() => Trained.Data(RowCount, seed: 5);

    private IDataView View(string kind) => kind switch
    {
        "cached" => _context.Data.Cache(Plain()),
        "shuffled" => _context.Data.ShuffleRows(Plain(), seed: 1),
        "split" => _context.Data.TrainTestSplit(Plain(), testFraction: 0.5, seed: 1).TestSet,
        "taken" => _context.Data.TakeRows(Plain(), 200),
        "skipped" => _context.Data.SkipRows(Plain(), 100),
        "filtered" => _context.Data.FilterRowsByKeyColumnFraction(
            _context.Transforms.Conversion.MapValueToKey("Label").Fit(Plain()).Transform(Plain()), "Label", upperBound: 0.5),
        "sampled" => _context.Data.BootstrapSample(Plain(), seed: 1),
        _ => Plain(),
    };

    private static DataViewRowId[] RowIds(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            var getter = cursor.GetIdGetter();
            var ids = new List<DataViewRowId>();
            for (var id = default(DataViewRowId); cursor.MoveNext(); ids.Add(id))
                getter(ref id);
            return [.. ids];
        }
    }
}
