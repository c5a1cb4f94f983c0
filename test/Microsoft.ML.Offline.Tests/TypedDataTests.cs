using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Objects as rows, and rows as objects.</summary>
[TestClass]
public sealed class TypedDataTests
{
    private readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void PublicFieldsAndPropertiesAreColumns()
        => Assert.AreEqual(
            "Field: Int32\nRenamed: String\nOnlyRead: Double\nFromBase: Byte",
            Shown.Schema(_context.Data.LoadFromEnumerable(new[] { new Mixed() }).Schema));

    [TestMethod]
    public void EveryTypeOfColumnIsRead()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Types() });

        Assert.AreEqual(
            "Flag: Boolean\nA: SByte\nB: Byte\nC: Int16\nD: UInt16\nE: Int32\nF: UInt32\nG: Int64\nH: UInt64\nI: Single\nJ: Double\n"
                + "Span: TimeSpan\nDate: DateTime\nOffset: DateTimeOffset\nText: String\nMemory: String\nId: DataViewRowId\n"
                + "Vector: Vector<Int32>\nArray: Vector<Double, 2, 2>",
            Shown.Schema(data.Schema));
        var back = _context.Data.CreateEnumerable<Types>(data, reuseRowObject: false).Single();
        Assert.AreEqual(Describe(new Types()), Describe(back));

        static string Describe(Types row) => string.Join(' ', typeof(Types).GetFields().Select(field => field.GetValue(row) switch
        {
            double[] array => string.Join(',', array),
            var value => Shown.Value(value),
        }));
    }

    [TestMethod]
    public void WhatNoColumnHoldsIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadFromEnumerable(new[] { new Unknown() }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadFromEnumerable(new[] { new NullableMember() }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadFromEnumerable(new[] { new SignedKey() }));
        Assert.Throws<Exception>(() => _context.Data.LoadFromEnumerable(new[] { new TwoOfOneName() }));
    }

    [TestMethod]
    public void NullTextAndNullArraysAreEmpty()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Text = null, Words = null }, new Row { Text = "a", Words = ["b", null] } });

        Assert.AreEqual("|a", Shown.Column(data, "Text"));
        Assert.AreEqual("[]|[b ]", Shown.Column(data, "Words"));
        var rows = _context.Data.CreateEnumerable<Row>(data, reuseRowObject: false).ToArray();
        Assert.AreEqual("", rows[0].Text);
        Assert.AreEqual("", rows[1].Words![1]);
        Assert.IsNull(rows[0].Words);
    }

    [TestMethod]
    public void AnArrayIsAsLongAsItIs()
        => Assert.AreEqual(
            "[1 2]|[1 2 3]|[]",
            Shown.Column(_context.Data.LoadFromEnumerable(new[] { new Row { Pair = [1, 2] }, new Row { Pair = [1, 2, 3] }, new Row() }), "Pair"));

    [TestMethod]
    public void ARowThatIsNullIsAnError()
        => Assert.Throws<Exception>(() => Shown.Column(_context.Data.LoadFromEnumerable(new[] { new Row(), null! }), "Id"));

    [TestMethod]
    public void ARowObjectIsUsedAgainIfAskedFor()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Id = 1 }, new Row { Id = 2 } });

        Assert.AreEqual(1, _context.Data.CreateEnumerable<Row>(data, reuseRowObject: true).Distinct().Count());
        Assert.AreEqual(2, _context.Data.CreateEnumerable<Row>(data, reuseRowObject: false).Distinct().Count());
    }

    [TestMethod]
    public void MembersWithoutAColumnAreAnErrorUnlessIgnored()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Text = "a" } });

        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.CreateEnumerable<More>(data, reuseRowObject: false).ToArray(), "Extra");
        var row = _context.Data.CreateEnumerable<More>(data, reuseRowObject: false, ignoreMissingColumns: true).Single();
        Assert.AreEqual("a/default", $"{row.Text}/{row.Extra}");
    }

    [TestMethod]
    public void AMemberOfAnotherTypeThanItsColumnIsAnError()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row() });

        Assert.Throws<InvalidOperationException>(() => _context.Data.CreateEnumerable<WrongType>(data, reuseRowObject: false).ToArray());
    }

    [TestMethod]
    public void ADefinitionGivesNamesAndTypes()
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition["Id"].ColumnName = "Number of the row";
        definition["Words"].ColumnType = new VectorDataViewType(TextDataViewType.Instance, 2);

        var data = _context.Data.LoadFromEnumerable([new Row { Id = 3, Words = ["a", "b"] }], definition);

        Assert.AreEqual("3", Shown.Column(data, "Number of the row"));
        Assert.AreEqual("Vector<String, 2>", data.Schema["Words"].Type.ToString());
        Assert.IsNull(data.Schema.GetColumnOrNull("Id"));
    }

    [TestMethod]
    public void ASequenceIsEnumeratedInEachPass()
    {
        var passes = 0;
        var data = _context.Data.LoadFromEnumerable(Rows());

        Shown.Column(data, "Id");
        Shown.Column(data, "Id");

        Assert.AreEqual(2, passes);

        IEnumerable<Row> Rows()
        {
            passes++;
            yield return new Row();
        }
    }

    [TestMethod]
    public void NullIsNoSequence()
        => Errors.AssertThrown<ArgumentNullException>(() => _context.Data.LoadFromEnumerable<Row>(null!), "data");

    private class BaseOfMixed
    {
        public byte FromBase { get; set; }
    }

    private sealed class Mixed : BaseOfMixed
    {
        public const int Constant = 1;

        public static int Static { get; set; }

        public int Field = 1;

        private readonly int _private = 2;

        [ColumnName("Renamed")]
        public string Named { get; set; } = "";

        public double OnlyRead => _private;

        [NoColumn]
        public object? NotAColumn { get; set; }

        internal int Internal { get; set; }
    }

    private sealed class Types
    {
        public bool Flag = true;
        public sbyte A = -1;
        public byte B = 2;
        public short C = -3;
        public ushort D = 4;
        public int E = -5;
        public uint F = 6;
        public long G = -7;
        public ulong H = 8;
        public float I = 9.5f;
        public double J = -10.25;
        public TimeSpan Span = TimeSpan.FromMinutes(5);
        public DateTime Date = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        public DateTimeOffset Offset = new(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        public string Text = "text";
        public ReadOnlyMemory<char> Memory = "memory".AsMemory();
        public DataViewRowId Id = new(1, 2);
        public VBuffer<int> Vector = new(3, [1, 2, 3]);

        [VectorType(2, 2)]
        public double[] Array = [1, 2, 3, 4];
    }

    private sealed class Unknown
    {
        public Uri? Address { get; set; }
    }

    private sealed class NullableMember
    {
        public int? Number { get; set; }
    }

    private sealed class SignedKey
    {
        [KeyType(3)]
        public int Key { get; set; }
    }

    private sealed class TwoOfOneName
    {
        [ColumnName("A")]
        public int B { get; set; }

        public int A { get; set; }
    }

    private sealed class More
    {
        public string Text { get; set; } = "";

        public string Extra { get; set; } = "default";
    }

    private sealed class WrongType
    {
        public float Id { get; set; }
    }
}
