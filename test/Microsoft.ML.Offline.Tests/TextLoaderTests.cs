using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Text files as rows.</summary>
[TestClass]
public sealed class TextLoaderTests
{
    private readonly MLContext _context = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void RemoveFolder() => _folder.Dispose();

    [TestMethod]
    public void FieldsAreTextAsTheyStand()
    {
        var data = Texts("a\tb", " c \t d", "e", "\tf", "g\th\ti");

        Assert.AreEqual("a|c |e||g", Shown.Column(data, "A"));
        Assert.AreEqual("b|d||f|h", Shown.Column(data, "B"));
    }

    [TestMethod]
    public void EmptyLinesAndCommentsAreNoRows()
        => Assert.AreEqual("a|b||#c|x // y|// z", Shown.Column(Texts("a\t1", "", "// no", "b", "//", "\t2", "#c", "x // y", " // z"), "A"));

    [TestMethod]
    public void TheHeaderIsNoRowAndNamesNothing()
    {
        var data = _context.Data.LoadFromTextFile(
            _folder.Write("a.tsv", "Text\tX\tY\tZ", "a\t1\t2\t3"),
            [new("Text", DataKind.String, 0), new("Numbers", DataKind.Single, 1, 3)],
            hasHeader: true);

        Assert.AreEqual("a", Shown.Column(data, "Text"));
        Assert.AreEqual("[1 2 3]", Shown.Column(data, "Numbers"));
        Assert.AreEqual("Text: String\nNumbers: Vector<Single, 3>", Shown.Schema(data.Schema));
    }

    [TestMethod]
    public void QuotesHoldSeparatorsAndQuotes()
    {
        string[] lines = ["\"a\tb\"\tc", "\"a \"\"b\"\"\"\tc", " \"a\" \tc", "\"a\tc", "\"a\"b\tc", "a\"b\"\tc", "\"\"\tc", "\"//\"\tc"];

        Assert.AreEqual("a\tb|a \"b\"|a|||a\"b\"||//", Shown.Column(Load(lines, allowQuoting: true), "A"));
        Assert.AreEqual("c|c|c||c|c|c|c", Shown.Column(Load(lines, allowQuoting: true), "B"));
        Assert.AreEqual("\"a|\"a \"\"b\"\"\"|\"a\" |\"a|\"a\"b|a\"b\"|\"\"|\"//\"", Shown.Column(Load(lines, allowQuoting: false), "A"));
    }

    [TestMethod]
    public void OtherSeparators()
    {
        var data = _context.Data.LoadFromTextFile(
            _folder.Write("a.csv", "a,b c, d", "e;f,g"), [new("A", DataKind.String, 0), new("B", DataKind.String, 1)], separatorChar: ',');
        var spaced = _context.Data.LoadFromTextFile(
            _folder.Write("b.csv", "a  b", " c d"), [new("A", DataKind.String, 0), new("B", DataKind.String, 1)], separatorChar: ' ');

        Assert.AreEqual("a|e;f", Shown.Column(data, "A"));
        Assert.AreEqual("b c|g", Shown.Column(data, "B"));
        Assert.AreEqual("a|", Shown.Column(spaced, "A"));
        Assert.AreEqual("|c", Shown.Column(spaced, "B"));
    }

    [TestMethod]
    public void WhiteSpaceAtTheEndOfALineIsTrimmedIfAskedFor()
    {
        TextLoader.Column[] columns = [new("A", DataKind.String, 0), new("B", DataKind.String, 1)];
        var path = _folder.Write("a.tsv", "a \tb  ", " c\t ");

        Assert.AreEqual("b|", Shown.Column(_context.Data.LoadFromTextFile(path, columns, trimWhitespace: true), "B"));
        Assert.AreEqual("a |c", Shown.Column(_context.Data.LoadFromTextFile(path, columns, trimWhitespace: true), "A"));
        Assert.AreEqual("b  |", Shown.Column(_context.Data.LoadFromTextFile(path, columns), "B"));
    }

    [TestMethod]
    [DataRow(DataKind.Single, "1.5|0|NaN|NaN|NaN|NaN|NaN|-2|1000|Infinity|NaN|3|4|NaN|0.5|5|Infinity")]
    [DataRow(DataKind.Double, "1.5|0|NaN|NaN|NaN|NaN|NaN|-2|1000|Infinity|NaN|3|4|NaN|0.5|5|Infinity")]
    public void NumbersThatAreNoneAreMissing(DataKind kind, string expected)
        => Assert.AreEqual(expected, Shown.Column(
            Typed(kind, "1.5", "", "?", "NaN", "na", "N/A", "x", "-2", "1e3", "Infinity", "1,5", "+3", " 4 ", "(5)", ".5", "5.", "1e400"), "V"));

    [TestMethod]
    public void WholeNumbersThatAreMissingAreZero()
    {
        Assert.AreEqual("5|0|-7", Shown.Column(Typed(DataKind.Int32, "5", "", "-7"), "V"));
        Assert.AreEqual("5|0|-128", Shown.Column(Typed(DataKind.SByte, "5", "", "-128"), "V"));
        Assert.AreEqual("5|0|65535", Shown.Column(Typed(DataKind.UInt16, "5", "", "65535"), "V"));
        Assert.AreEqual("9223372036854775807|0", Shown.Column(Typed(DataKind.Int64, "9223372036854775807", ""), "V"));
    }

    [TestMethod]
    [DataRow(DataKind.Int32, "x")]
    [DataRow(DataKind.Int32, "1.5")]
    [DataRow(DataKind.Int32, "99999999999")]
    [DataRow(DataKind.Int32, "?")]
    [DataRow(DataKind.Int32, "NA")]
    [DataRow(DataKind.Int32, "+5")]
    [DataRow(DataKind.Int32, "5 ")]
    [DataRow(DataKind.UInt32, "?")]
    [DataRow(DataKind.Int64, "-9223372036854775809")]
    [DataRow(DataKind.SByte, "128")]
    [DataRow(DataKind.Byte, "-1")]
    [DataRow(DataKind.UInt16, "65536")]
    [DataRow(DataKind.UInt64, "x")]
    [DataRow(DataKind.Boolean, "maybe")]
    [DataRow(DataKind.Boolean, "on")]
    [DataRow(DataKind.Boolean, "true ")]
    [DataRow(DataKind.Boolean, "?")]
    public void WhatIsNoValueOfATypeWithoutMissingOnesIsAnError(DataKind kind, string field)
        => Assert.Throws<Exception>(() => Shown.Column(Typed(kind, field), "V"));

    [TestMethod]
    public void TruthValuesHaveManyNames()
        => Assert.AreEqual(
            "True|True|True|True|True|True|False|False|False|False|False|False|False",
            Shown.Column(Typed(DataKind.Boolean, "1", "true", "T", "Yes", "y", "+1", "0", "FALSE", "f", "no", "N", "-1", ""), "V"));

    [TestMethod]
    public void KeysCountFromZeroInFiles()
    {
        var data = _context.Data.LoadFromTextFile(
            _folder.Write("a.tsv", "t\t0", "t\t2", "t\t3", "t\t", "t\t?", "t\tx", "t\t-1", "t\t1 ", "t\t 1"),
            [new("V", DataKind.UInt32, [new(1)], new KeyCount(3))]);

        Assert.AreEqual("1|3|0|0|0|0|0|0|2", Shown.Column(data, "V"));
        Assert.AreEqual("Key<UInt32, 0-2>", data.Schema["V"].Type.ToString());
    }

    [TestMethod]
    public void AClassTellsItsColumns()
    {
        var data = _context.Data.LoadFromTextFile<Loaded>(_folder.Write("a.tsv", "a\t1\t2\t3\t1"));

        Assert.AreEqual("Number: Single\nText: String\nPair: Vector<Single, 2>\nKey: Key<UInt32, 0-2>", Shown.Schema(data.Schema));
        Assert.AreEqual("a 1 [2 3] 2", string.Join(' ', new[] { "Text", "Number", "Pair", "Key" }.Select(name => Shown.Column(data, name))));
        Assert.Throws<InvalidOperationException>(() => _context.Data.LoadFromTextFile<Row>(_folder.Path("a.tsv")));
    }

    [TestMethod]
    public void FieldsOfAVectorNeedNotBeAdjacent()
    {
        var data = _context.Data.LoadFromTextFile(
            _folder.Write("a.tsv", "a\t1\t2\t3", "b\t4"), [new("V", DataKind.Single, [new(3), new(1, 2)]), new("One", DataKind.Single, 1, 1)]);

        Assert.AreEqual("[3 1 2]|[0 4 0]", Shown.Column(data, "V"));
        Assert.AreEqual("V: Vector<Single, 3>\nOne: Vector<Single, 1>", Shown.Schema(data.Schema));
    }

    [TestMethod]
    public void AFileThatIsNotThereIsNamed()
        => Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Data.LoadFromTextFile<Loaded>(_folder.Path("none.tsv")), "none.tsv");

    [TestMethod]
    public void AFileWithoutRows()
    {
        Assert.AreEqual("", Shown.Column(Texts(), "A"));
        Assert.AreEqual("", Shown.Column(_context.Data.LoadFromTextFile(
            _folder.Write("a.tsv", "", "// comment", "A\tB"), [new TextLoader.Column("A", DataKind.String, 0)], hasHeader: true), "A"));
    }

    [TestMethod]
    public void OnlyColumnsAskedForAreParsed()
    {
        var data = _context.Data.LoadFromTextFile(
            _folder.Write("a.tsv", "a\tx"), [new("A", DataKind.String, 0), new("B", DataKind.Int32, 1)]);

        Assert.AreEqual("a", Shown.Column(data, "A"));
        using var cursor = data.GetRowCursor([data.Schema["A"]]);
        Assert.IsFalse(cursor.IsColumnActive(data.Schema["B"]));
        Assert.Throws<Exception>(() => cursor.GetGetter<int>(data.Schema["B"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<string>(data.Schema["A"]));
        Assert.IsFalse(data.CanShuffle);
    }

    [TestMethod]
    public void AColumnWithoutFieldsOrNameIsRefused()
    {
        var path = _folder.Write("a.tsv", "a");

        Assert.Throws<Exception>(() => _context.Data.LoadFromTextFile(path, Array.Empty<TextLoader.Column>()).Schema);
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadFromTextFile(path, [new TextLoader.Column("", DataKind.String, 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadFromTextFile(path, [new TextLoader.Column("A", DataKind.String, -1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Data.LoadFromTextFile(path, [new TextLoader.Column("A", DataKind.String, 3, 2)]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _context.Data.LoadFromTextFile(path, [new TextLoader.Column("A", DataKind.String, [new(0)], new KeyCount(3))]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _context.Data.LoadFromTextFile(path, [new TextLoader.Column("A", DataKind.String, 0)], separatorChar: '"'));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyCount(0));
    }

    [TestMethod]
    public void AFileIsReadAnewInEachPass()
    {
        var path = _folder.Write("a.tsv", "a\t1\t2\t3\t0");
        var data = _context.Data.LoadFromTextFile<Loaded>(path);
        Assert.AreEqual("a", Shown.Column(data, "Text"));

        _folder.Write("a.tsv", "b\t1\t2\t3\t0", "c\t1\t2\t3\t0");

        Assert.AreEqual("b|c", Shown.Column(data, "Text"));
        Assert.IsNull(data.GetRowCount());
    }

    [TestMethod]
    public void OptionsLimitTheRows()
    {
        var options = new TextLoader.Options { MaxRows = 2, Separators = [',', ';'] };

        var data = _context.Data.LoadFromTextFile<Loaded>(_folder.Write("a.txt", "a,1;2,3;0", "b;1,2;3,0", "c,1,2,3,0"), options);

        Assert.AreEqual("a|b", Shown.Column(data, "Text"));
        Assert.AreEqual("[2 3]|[2 3]", Shown.Column(data, "Pair"));
    }

    [TestMethod]
    public void AnyLineEndingAndMarkOfByteOrder()
    {
        var path = _folder.Path("a.tsv");
        File.WriteAllText(path, "a\u00e4\t1\r\nb\t2\n\r\nc\t3", System.Text.Encoding.UTF8);

        Assert.AreEqual("a\u00e4|b|c", Shown.Column(_context.Data.LoadFromTextFile(path, [new TextLoader.Column("A", DataKind.String, 0)]), "A"));
    }

    private IDataView Texts(params string[] lines) => Load(lines, allowQuoting: false);

    private IDataView Load(string[] lines, bool allowQuoting) => _context.Data.LoadFromTextFile(
        _folder.Write("texts.tsv", lines), [new("A", DataKind.String, 0), new("B", DataKind.String, 1)], allowQuoting: allowQuoting);

    /// <summary>A column of a type, behind one of text so that no line is empty.</summary>
    private IDataView Typed(DataKind kind, params string[] fields) => _context.Data.LoadFromTextFile(
        _folder.Write("typed.tsv", [.. fields.Select(field => $"t\t{field}")]), [new TextLoader.Column("V", kind, 1)]);

    private sealed class Loaded
    {
        [LoadColumn(1)]
        public float Number = -1;

        [LoadColumn(0)]
        public string Text { get; set; } = "";

        [LoadColumn(2, 3)]
        [VectorType(2)]
        public float[] Pair { get; set; } = [];

        [LoadColumn(4)]
        [KeyType(3)]
        public uint Key { get; set; }
    }
}
