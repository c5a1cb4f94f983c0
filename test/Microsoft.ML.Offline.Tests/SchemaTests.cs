using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Columns, their names and their types.</summary>
[TestClass]
public sealed class SchemaTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(new[] { new Row { Id = 4, Text = "a", Pair = [1, 2] } });

    [TestMethod]
    public void MembersAreColumns()
        => Assert.AreEqual(
            """
            Id: Int32
            Text: String
            Number: Single
            Real: Double
            Truth: Boolean
            Words: Vector<String>
            Pair: Vector<Single, 2>
            Key: Key<UInt32, 0-2>
            """,
            Shown.Schema(Data.Schema));

    [TestMethod]
    public void AColumnOfTheSameNameHidesTheEarlierOne()
    {
        var data = _context.Transforms.CopyColumns("Text", "Id").Fit(Data).Transform(Data);

        Assert.AreEqual(9, data.Schema.Count);
        Assert.AreEqual("Int32", data.Schema["Text"].Type.ToString());
        Assert.AreEqual(2, data.Schema["Text"].Index, "It comes next to the one that it hides.");
        Assert.IsTrue(data.Schema[1].IsHidden);
        Assert.IsFalse(data.Schema[2].IsHidden);
        Assert.AreEqual("a", Shown.Column(data, data.Schema[1]), "The hidden column can be read still.");
        Assert.AreEqual("4", Shown.Column(data, "Text"));
    }

    [TestMethod]
    public void DroppingANameDropsHiddenColumnsToo()
    {
        var hiding = _context.Transforms.CopyColumns("Text", "Id").Append(_context.Transforms.DropColumns("Text", "Real")).Fit(Data).Transform(Data);

        Assert.AreEqual("Id, Number, Truth, Words, Pair, Key", Names(hiding.Schema));
    }

    [TestMethod]
    public void ColumnsAreSelectedInTheOrderAskedFor()
    {
        var hiding = _context.Transforms.CopyColumns("Text", "Id").Fit(Data).Transform(Data);

        var visible = _context.Transforms.SelectColumns("Text", "Id").Fit(hiding).Transform(hiding);
        var all = _context.Transforms.SelectColumns(["Text", "Id"], keepHidden: true).Fit(hiding).Transform(hiding);

        Assert.AreEqual("Text: Int32\nId: Int32", Shown.Schema(visible.Schema));
        Assert.AreEqual("Text: String hidden\nText: Int32\nId: Int32", Shown.Schema(all.Schema));
    }

    [TestMethod]
    public void ColumnsThatAreNotThereCannotBeSelectedOrCopied()
    {
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Transforms.SelectColumns("Other").Fit(Data).Transform(Data), "Other");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Transforms.DropColumns("Other").Fit(Data).Transform(Data), "Other");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Transforms.CopyColumns("Copy", "Other").Fit(Data).Transform(Data), "Other");
    }

    [TestMethod]
    public void AMissingNameIsAnErrorOrNull()
    {
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _ = Data.Schema["Other"], "Other");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _ = Data.Schema[8], "columnIndex");
        Assert.IsNull(Data.Schema.GetColumnOrNull("Other"));
        Assert.IsNull(Data.Schema.GetColumnOrNull("text"), "Names have case.");
        Assert.Throws<ArgumentException>(() => Data.Schema.GetColumnOrNull(""));
    }

    [TestMethod]
    public void VectorTypesHaveSizes()
    {
        var fixedSize = new VectorDataViewType(NumberDataViewType.Single, 2, 3);

        Assert.AreEqual(6, fixedSize.Size);
        Assert.IsTrue(fixedSize.IsKnownSize);
        Assert.AreEqual("Vector<Single, 2, 3>", fixedSize.ToString());
        Assert.AreNotEqual(new VectorDataViewType(NumberDataViewType.Single, 6), fixedSize);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 2, 3), fixedSize);
        Assert.AreEqual("Vector<Single, *, 3>", new VectorDataViewType(NumberDataViewType.Single, 0, 3).ToString());
        Assert.AreEqual(0, new VectorDataViewType(NumberDataViewType.Single, 0, 3).Size);
        Assert.IsFalse(new VectorDataViewType(NumberDataViewType.Single).IsKnownSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorDataViewType(NumberDataViewType.Single, -1));
        Assert.Throws<OverflowException>(() => new VectorDataViewType(NumberDataViewType.Single, int.MaxValue, 2));
    }

    [TestMethod]
    public void TypesHaveNames()
        => Assert.AreEqual(
            "String Boolean SByte Byte Int16 UInt16 Int32 UInt32 Int64 UInt64 Single Double TimeSpan DateTime DateTimeOffset DataViewRowId",
            string.Join(' ', (IEnumerable<DataViewType>)
            [
                TextDataViewType.Instance, BooleanDataViewType.Instance, NumberDataViewType.SByte, NumberDataViewType.Byte,
                NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32, NumberDataViewType.UInt32,
                NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
                TimeSpanDataViewType.Instance, DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, RowIdDataViewType.Instance,
            ]));

    [TestMethod]
    public void ASchemaIsBuiltOfColumns()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", NumberDataViewType.Single);
        builder.AddColumn("B", TextDataViewType.Instance);
        builder.AddColumn("A", TextDataViewType.Instance);
        builder.AddColumns(Data.Schema.Take(1));

        Assert.AreEqual("A: Single hidden\nB: String\nA: String\nId: Int32", Shown.Schema(builder.ToSchema()));
        Assert.AreEqual("B: String", builder.ToSchema()["B"].ToString());
    }

    private static string Names(DataViewSchema schema) => string.Join(", ", schema.Select(column => column.Name));
}
