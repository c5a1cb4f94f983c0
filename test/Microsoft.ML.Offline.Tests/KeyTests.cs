using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Keys count from 1, and 0 is the missing one.</summary>
[TestClass]
public sealed class KeyTests
{
    private readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void MembersCountFromZeroAndColumnsFromOne()
        => Assert.AreEqual("1|3|0|0", Shown.Column(Load([0u, 2u, 3u, uint.MaxValue], key => new Row { Key = key }), "Key"));

    [TestMethod]
    public void AnObjectGetsTheColumnsNumber()
    {
        var rows = _context.Data.CreateEnumerable<KeyHolder>(Load([0u, 2u, 3u], key => new Row { Key = key }), reuseRowObject: false);

        CollectionAssert.AreEqual(new[] { 1u, 3u, 0u }, rows.Select(row => row.Key).ToArray());
    }

    [TestMethod]
    public void AKeyTypeIsItsNumbersAndTheirCount()
    {
        var key = new KeyDataViewType(typeof(uint), 3);

        Assert.AreEqual(key, new KeyDataViewType(typeof(uint), 3ul));
        Assert.AreNotEqual(key, new KeyDataViewType(typeof(uint), 4));
        Assert.AreNotEqual(key, new KeyDataViewType(typeof(byte), 3));
        Assert.AreEqual("Key<UInt32, 0-2>", key.ToString());
    }

    [TestMethod]
    public void AKeyTypeIsUnsignedAndHasRoomForItsCount()
    {
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _ = new KeyDataViewType(typeof(int), 3), "type");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _ = new KeyDataViewType(typeof(uint), 0), "count");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _ = new KeyDataViewType(typeof(byte), 256), "count");
    }

    [TestMethod]
    public void ValuesAreNumberedAsTheyCome()
    {
        var mapped = Map(Texts("b", "a", "b", "", "c", null), _context.Transforms.Conversion.MapValueToKey("Key", "Text"));

        Assert.AreEqual("1|2|1|0|3|0", Shown.Column(mapped, "Key"));
        Assert.AreEqual("[b a c]", Shown.Annotation(mapped.Schema["Key"], "KeyValues"));
        Assert.AreEqual("Key<UInt32, 0-2>", mapped.Schema["Key"].Type.ToString());
    }

    [TestMethod]
    public void TextIsSortedByItsCharactersCodes()
    {
        var estimator = _context.Transforms.Conversion.MapValueToKey("Key", "Text", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);

        var mapped = Map(Texts("b", "a", "B", "ab", "\u00e4", " a"), estimator);

        Assert.AreEqual("[ a B a ab b \u00e4]", Shown.Annotation(mapped.Schema["Key"], "KeyValues"));
        Assert.AreEqual("5|3|2|4|6|1", Shown.Column(mapped, "Key"));
    }

    [TestMethod]
    public void NumbersAreSortedBySize()
    {
        var estimator = _context.Transforms.Conversion.MapValueToKey(
            "Key", "Number", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);

        var mapped = Map(Load([2f, -1f, float.NaN, 0f, 10f], number => new Row { Number = number }), estimator);

        Assert.AreEqual("3|1|0|2|4", Shown.Column(mapped, "Key"));
        Assert.AreEqual("[-1 0 2 10]", Shown.Annotation(mapped.Schema["Key"], "KeyValues"));
    }

    [TestMethod]
    public void WholeNumbersAndTruthValuesAreNeverMissing()
    {
        var data = Load([0, 1], id => new Row { Id = id, Truth = id == 1 });

        Assert.AreEqual("1|2", Shown.Column(Map(data, _context.Transforms.Conversion.MapValueToKey("Key", "Id")), "Key"));
        Assert.AreEqual("1|2", Shown.Column(Map(data, _context.Transforms.Conversion.MapValueToKey("Key", "Truth")), "Key"));
    }

    [TestMethod]
    public void ValuesBeyondTheMostAreMissing()
    {
        var estimator = _context.Transforms.Conversion.MapValueToKey("Key", "Text", maximumNumberOfKeys: 2);

        Assert.AreEqual("1|2|0|1", Shown.Column(Map(Texts("b", "a", "c", "b"), estimator), "Key"));
        Errors.AssertThrown<ArgumentOutOfRangeException>(
            () => _context.Transforms.Conversion.MapValueToKey("Key", "Text", maximumNumberOfKeys: 0).Fit(Texts("a")));
    }

    [TestMethod]
    public void UnknownValuesAreMissing()
    {
        var model = _context.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(Texts("b", "a"));

        Assert.AreEqual("2|0|0", Shown.Column(model.Transform(Texts("a", "A", "a ")), "Key"));
    }

    [TestMethod]
    public void KeysCanBeGiven()
    {
        var keys = _context.Data.LoadFromEnumerable([new Word { Value = "c" }, new Word { Value = "b" }]);
        var estimator = _context.Transforms.Conversion.MapValueToKey("Key", "Text", keyData: keys);

        var mapped = Map(Texts("b", "a", "c"), estimator);

        Assert.AreEqual("2|0|1", Shown.Column(mapped, "Key"));
        Assert.AreEqual("[c b]", Shown.Annotation(mapped.Schema["Key"], "KeyValues"));
    }

    [TestMethod]
    public void ValuesCanBeToldAsText()
    {
        var estimator = _context.Transforms.Conversion.MapValueToKey("Key", "Id", addKeyValueAnnotationsAsText: true);

        var key = Map(Load([7, -2], id => new Row { Id = id }), estimator).Schema["Key"];

        Assert.AreEqual("Vector<String, 2>", key.Annotations.Schema["KeyValues"].Type.ToString());
        Assert.AreEqual("[7 -2]", Shown.Annotation(key, "KeyValues"));
    }

    [TestMethod]
    public void ItemsOfVectorsAreNumberedTogether()
    {
        var mapped = Map(Load([["b", "a"], [], ["a", "", "c"], (string?[]?)null], words => new Row { Words = words }),
            _context.Transforms.Conversion.MapValueToKey("Words"));

        Assert.AreEqual("[1 2]|[]|[2 0 3]|[]", Shown.Column(mapped, "Words"));
        Assert.AreEqual("Vector<Key<UInt32, 0-2>>", mapped.Schema["Words"].Type.ToString());
        Assert.AreEqual("[[b a]|[]|[a  c]|[]]", $"[{Shown.Column(Map(mapped, _context.Transforms.Conversion.MapKeyToValue("Words")), "Words")}]");
    }

    [TestMethod]
    public void SeveralColumnsAreMappedAtOnce()
    {
        var estimator = _context.Transforms.Conversion.MapValueToKey([new InputOutputColumnPair("A", "Text"), new InputOutputColumnPair("Id")]);

        var mapped = Map(Load([5, 6, 5], id => new Row { Id = id, Text = "x" }), estimator);

        Assert.AreEqual("1|1|1", Shown.Column(mapped, "A"));
        Assert.AreEqual("1|2|1", Shown.Column(mapped, "Id"));
    }

    [TestMethod]
    public void WithoutAnyValueThereIsOneKeyAndNoValues()
    {
        var key = Map(Texts("", null), _context.Transforms.Conversion.MapValueToKey("Key", "Text")).Schema["Key"];

        Assert.AreEqual("Key<UInt32, 0-0>", key.Type.ToString());
        Assert.IsNull(key.Annotations.Schema.GetColumnOrNull("KeyValues"));
    }

    [TestMethod]
    public void AMissingKeyBecomesTheMissingValue()
    {
        var data = Load([3, 4], id => new Row { Id = id, Text = "x", Number = 1.5f, Real = 2.5, Truth = true });
        string[] names = ["Text", "Number", "Real", "Id", "Truth"];
        var other = _context.Data.LoadFromEnumerable([new Row { Id = 9, Text = "?", Number = 9, Real = 9, Truth = false }]);
        var pairs = names.Select(name => new InputOutputColumnPair(name)).ToArray();
        var there = _context.Transforms.Conversion.MapValueToKey(pairs).Fit(data).Transform(other);

        var back = Map(there, _context.Transforms.Conversion.MapKeyToValue(pairs));

        Assert.AreEqual(" NaN NaN 0 False", string.Join(' ', names.Select(name => Shown.Column(back, name))));
    }

    [TestMethod]
    public void KeysGoBackToTheirValues()
    {
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Key", "Text")
            .Append(_context.Transforms.Conversion.MapKeyToValue("Back", "Key"));

        var back = Map(Texts("b", "a", "b"), pipeline);

        Assert.AreEqual("b|a|b", Shown.Column(back, "Back"));
        Assert.AreEqual("String", back.Schema["Back"].Type.ToString());
        Assert.AreEqual(0, back.Schema["Back"].Annotations.Schema.Count);
    }

    [TestMethod]
    public void WhatHasNoValuesDoesNotGoBack()
    {
        var data = Load([0u], key => new Row { Key = key });

        Errors.AssertThrown<InvalidOperationException>(() => Map(data, _context.Transforms.Conversion.MapKeyToValue("Key")));
        Errors.AssertThrown<InvalidOperationException>(() => Map(data, _context.Transforms.Conversion.MapKeyToValue("Text")));
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => Map(data, _context.Transforms.Conversion.MapKeyToValue("Nowhere")), "Nowhere");
    }

    [TestMethod]
    public void OtherTypesAreNotNumbered()
    {
        var keys = Load([0u], key => new Row { Key = key });

        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Transforms.Conversion.MapValueToKey("Nowhere").Fit(keys), "Nowhere");
        var model = _context.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(Texts("a"));
        Errors.AssertThrown<ArgumentOutOfRangeException>(
            () => model.Transform(_context.Data.LoadFromEnumerable([new KeyHolder()])), "Text");
    }

    [TestMethod]
    public void SparseVectorsAreNumberedAsIfTheyWereDense()
    {
        var data = _context.Data.LoadFromEnumerable(new[]
        {
            new Vectors { Values = new VBuffer<int>(4, 1, [7], [2]) }, new Vectors { Values = new VBuffer<int>(4, 2, [8, 7], [0, 3]) },
        });

        var mapped = Map(data, _context.Transforms.Conversion.MapValueToKey("Key", "Values"));
        var unknown = _context.Transforms.Conversion.MapValueToKey("Key", "Values")
            .Fit(_context.Data.LoadFromEnumerable([new Vectors { Values = new VBuffer<int>(4, [7, 7, 7, 7]) }])).Transform(data);

        Assert.AreEqual("[1 1 2 1]|[3 1 1 2]", Shown.Column(mapped, "Key"));
        Assert.AreEqual("[0 7 8]", Shown.Annotation(mapped.Schema["Key"], "KeyValues"));
        Assert.AreEqual("[0 0 1 0]|[0 0 0 1]", Shown.Column(unknown, "Key"));
        Assert.AreEqual(
            "[0 0 7 0]|[8 0 0 7]", Shown.Column(Map(mapped, _context.Transforms.Conversion.MapKeyToValue("Key")), "Key"));
    }

    [TestMethod]
    public void SmallerKeysGoBackToo()
    {
        var definition = SchemaDefinition.Create(typeof(Small));
        definition["Key"].AddAnnotation(
            "KeyValues", new VBuffer<float>(2, [0.5f, 1.5f]), new VectorDataViewType(NumberDataViewType.Single, 2));
        var data = _context.Data.LoadFromEnumerable([new Small { Key = 0 }, new Small { Key = 1 }, new Small { Key = 9 }], definition);

        Assert.AreEqual("0.5|1.5|NaN", Shown.Column(Map(data, _context.Transforms.Conversion.MapKeyToValue("Key")), "Key"));
    }

    private static IDataView Map(IDataView data, IEstimator<ITransformer> estimator) => estimator.Fit(data).Transform(data);

    private IDataView Texts(params string?[] texts) => Load(texts, text => new Row { Text = text });

    private IDataView Load<T>(IEnumerable<T> values, Func<T, Row> makeRow) => _context.Data.LoadFromEnumerable(values.Select(makeRow).ToArray());

    private sealed class KeyHolder
    {
        [KeyType(3)]
        public uint Key { get; set; }
    }

    private sealed class Vectors
    {
        [VectorType(4)]
        public VBuffer<int> Values { get; set; }
    }

    private sealed class Small
    {
        [KeyType(2)]
        public byte Key { get; set; }
    }

    private sealed class Word
    {
        public string Value { get; set; } = "";
    }
}
