using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Rows are read by cursors: what is asked for is active, and nothing else.</summary>
[TestClass]
public sealed class CursorTests
{
    private readonly MLContext _context = new(seed: 1);

    private static IEnumerable<object[]> Views => [["enumerable"], ["cached"], ["mapped"], ["split"], ["taken"]];

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void OnlyColumnsAskedForAreActive(string kind)
    {
        var data = View(kind);
        using var cursor = data.GetRowCursor([data.Schema["Id"]]);

        Assert.IsTrue(cursor.IsColumnActive(data.Schema["Id"]));
        Assert.IsFalse(cursor.IsColumnActive(data.Schema["Text"]));
        Assert.Throws<Exception>(() => cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["Text"]));
        Assert.AreSame(data.Schema, cursor.Schema);
    }

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void AGetterHasTheColumnsType(string kind)
    {
        var data = View(kind);
        using var cursor = data.GetRowCursor(data.Schema);

        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(data.Schema["Id"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<string>(data.Schema["Text"]));
    }

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void PositionsCountFromZeroAndEndAtMinusOne(string kind)
    {
        var data = View(kind);
        using var cursor = data.GetRowCursor([data.Schema["Id"]]);

        var positions = new List<long> { cursor.Position };
        while (cursor.MoveNext())
            positions.Add(cursor.Position);
        positions.Add(cursor.Position);

        CollectionAssert.AreEqual(Enumerable.Range(-1, positions.Count - 1).Select(i => (long)i).Append(-1).ToArray(), positions);
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(0, cursor.Batch);
    }

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void AGetterIsTakenOnceAndReadsEachRow(string kind)
    {
        var data = View(kind);
        using var cursor = data.GetRowCursor(data.Schema);
        var getId = cursor.GetGetter<int>(data.Schema["Id"]);
        var getText = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["Text"]);
        var id = 0;
        var text = default(ReadOnlyMemory<char>);
        while (cursor.MoveNext())
        {
            getId(ref id);
            getText(ref text);
            Assert.AreEqual($"t{id}", text.ToString());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void EachRowHasAnIdOfItsOwn(string kind)
    {
        var data = View(kind);
        using var cursor = data.GetRowCursor([]);
        var getId = cursor.GetIdGetter();
        var seen = new HashSet<DataViewRowId>();
        var rows = 0;
        for (var id = default(DataViewRowId); cursor.MoveNext(); rows++)
        {
            getId(ref id);
            seen.Add(id);
        }

        Assert.IsGreaterThan(5, rows);
        Assert.HasCount(rows, seen);
    }

    [TestMethod]
    public void NothingIsReadOutsideOfTheRows()
    {
        var data = View("enumerable");
        using var cursor = data.GetRowCursor(data.Schema);
        var getter = cursor.GetGetter<int>(data.Schema["Id"]);
        var id = 0;

        Assert.Throws<Exception>(() => getter(ref id));
        while (cursor.MoveNext())
        {
        }
        Assert.Throws<Exception>(() => getter(ref id));
    }

    [TestMethod]
    public void RowCountsAreKnownOrNot()
    {
        Assert.AreEqual(20, View("enumerable").GetRowCount());
        Assert.IsNull(_context.Data.LoadFromEnumerable(Rows().Where(row => row.Id >= 0)).GetRowCount());
        Assert.AreEqual(20, View("mapped").GetRowCount());
        Assert.IsNull(View("split").GetRowCount());
        Assert.AreEqual(10, View("taken").GetRowCount());
        Assert.AreEqual(20, View("cached").GetRowCount());
    }

    [TestMethod]
    public void SomeRowsCanBeShuffled()
    {
        Assert.IsTrue(View("cached").CanShuffle);
        Assert.IsFalse(View("taken").CanShuffle);
        Assert.IsFalse(_context.Data.LoadFromEnumerable(Rows().Where(row => row.Id >= 0)).CanShuffle);
        Assert.IsFalse(View("enumerable").CanShuffle);
        Assert.IsFalse(View("mapped").CanShuffle);
        Assert.IsTrue(_context.Transforms.CopyColumns("Copy", "Id").Fit(View("cached")).Transform(View("cached")).CanShuffle);
        var data = View("cached");

        var ids = new List<int>();
        using (var cursor = data.GetRowCursor([data.Schema["Id"]], new Random(1)))
        {
            var getter = cursor.GetGetter<int>(data.Schema["Id"]);
            for (var id = 0; cursor.MoveNext(); ids.Add(id))
                getter(ref id);
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 20).ToArray(), ids);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 20).ToArray(), ids);
    }

    [TestMethod]
    public void ACacheReadsEachColumnOnce()
    {
        var read = 0;
        var data = _context.Data.Cache(_context.Data.LoadFromEnumerable(Rows().Select(row =>
        {
            read++;
            return row;
        })));

        Assert.AreEqual(0, read);
        for (var i = 0; i < 3; i++)
            Shown.Column(data, "Id");
        Assert.AreEqual(20, read);
        Shown.Column(data, "Text");
        Assert.AreEqual(40, read);
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.Cache(data, "Other"), "Other");
    }

    [TestMethod]
    public void ACacheChecksTheSizesOfVectors()
    {
        var data = _context.Data.Cache(_context.Data.LoadFromEnumerable(new[] { new Row { Pair = [1, 2, 3] } }));

        Assert.AreEqual("0", Shown.Column(data, "Id"));
        Assert.Throws<InvalidOperationException>(() => Shown.Column(data, "Pair"));
    }

    [TestMethod]
    public void RowsAreSkippedAndTaken()
    {
        var data = View("enumerable");

        Assert.AreEqual("3|4|5", Shown.Column(_context.Data.TakeRows(_context.Data.SkipRows(data, 3), 3), "Id"));
        Assert.AreEqual("", Shown.Column(_context.Data.SkipRows(data, 30), "Id"));
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.TakeRows(data, 0), "count");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.SkipRows(data, -1), "count");
    }

    [TestMethod]
    public void ShuffledRowsAreAllThereAndTheSameInEachPass()
    {
        var data = _context.Data.ShuffleRows(View("enumerable"), seed: 3);

        var ids = data.GetColumn<int>("Id").ToArray();
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 20).ToArray(), ids);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 20).ToArray(), ids);
        CollectionAssert.AreEqual(ids, data.GetColumn<int>("Id").ToArray());
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.ShuffleRows(data, shufflePoolSize: 0), "shufflePoolSize");
    }

    [TestMethod]
    public void AColumnIsReadAsAType()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Text = null, Words = ["a", null], Pair = [1, 2], Key = 1 } });

        Assert.AreEqual("", data.GetColumn<string>("Text").Single());
        CollectionAssert.AreEqual(new[] { "a", "" }, data.GetColumn<string[]>("Words").Single());
        CollectionAssert.AreEqual(new[] { 1f, 2f }, data.GetColumn<float[]>("Pair").Single());
        Assert.AreEqual(2u, data.GetColumn<uint>("Key").Single());
        Assert.AreEqual(2, data.GetColumn<VBuffer<float>>("Pair").Single().Length);
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => data.GetColumn<int>("Number").Single());
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => data.GetColumn<int>("Other").Single(), "Other");
        Assert.Throws<Exception>(() => data.GetColumn<int>("Key").Single());
    }

    [TestMethod]
    [DynamicData(nameof(Views))]
    public void ASetOfCursorsSharesTheRows(string kind)
    {
        var data = View(kind);
        var ids = new List<int>();
        foreach (var cursor in data.GetRowCursorSet([data.Schema["Id"]], 3))
        {
            using (cursor)
            {
                var getter = cursor.GetGetter<int>(data.Schema["Id"]);
                var batch = 0L;
                for (var id = 0; cursor.MoveNext(); ids.Add(id))
                {
                    getter(ref id);
                    Assert.IsGreaterThanOrEqualTo(batch, cursor.Batch);
                    batch = cursor.Batch;
                }
            }
        }

        CollectionAssert.AreEquivalent(data.GetColumn<int>("Id").ToArray(), ids);
    }

    [TestMethod]
    public void NothingIsReadBeforeItMustBe()
    {
        var read = 0;
        var data = _context.Data.LoadFromEnumerable(Rows().Select(row =>
        {
            read++;
            return row;
        }));

        var view = _context.Transforms.CopyColumns("Copy", "Id").Append(_context.Transforms.Concatenate("Both", "Pair", "Pair"))
            .Append(_context.Transforms.Text.TokenizeIntoWords("Text")).Append(_context.Transforms.DropColumns("Id")).Fit(data).Transform(data);
        _context.Data.TrainTestSplit(view);
        _context.Data.ShuffleRows(_context.Data.TakeRows(view, 5));
        Assert.AreEqual(0, read);

        _context.Transforms.Conversion.MapValueToKey([new InputOutputColumnPair("Text"), new InputOutputColumnPair("Id")]).Fit(data).Transform(data);
        Assert.AreEqual(20, read, "One pass for all columns.");
    }

    [TestMethod]
    public void AnErrorInTheDataComesOutAsItIs()
    {
        var data = _context.Data.LoadFromEnumerable(Rows().Select(row => row.Id < 5 ? row : throw new FormatException("Row five.")));

        Errors.AssertThrown<FormatException>(() => data.GetColumn<int>("Id").Count(), "Row five.");
        Errors.AssertThrown<FormatException>(
            () => _context.Transforms.Conversion.MapValueToKey("Text").Fit(data), "Row five.");
    }

    [TestMethod]
    public void ACacheTellsTheErrorInItsDataAsTheCause()
    {
        var data = _context.Data.Cache(
            _context.Data.LoadFromEnumerable(Rows().Select(row => row.Id < 5 ? row : throw new FormatException("Row five."))));

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => data.GetColumn<int>("Id").Count());

        Assert.IsInstanceOfType<FormatException>(failure.InnerException);
    }

    private IDataView View(string kind)
    {
        var data = _context.Data.LoadFromEnumerable(Rows().ToArray());
        return kind switch
        {
            "cached" => _context.Data.Cache(data),
            "mapped" => _context.Transforms.CopyColumns("Copy", "Id").Fit(data).Transform(data),
            "split" => _context.Data.TrainTestSplit(data, 0.5).TrainSet,
            "taken" => _context.Data.TakeRows(data, 10),
            _ => data,
        };
    }

    private static IEnumerable<Row> Rows() => Enumerable.Range(0, 20).Select(id => new Row { Id = id, Text = $"t{id}", Pair = [id, -id] });
}
