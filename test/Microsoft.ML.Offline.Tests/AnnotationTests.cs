using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>What columns say about themselves.</summary>
[TestClass]
public sealed class AnnotationTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(new[] { new Row { Text = "a", Number = 1, Pair = [2, 3], Id = 5 } });

    [TestMethod]
    public void ConcatenatedColumnsNameTheSlots()
    {
        var data = _context.Transforms.Concatenate("Both", "Number", "Pair", "Number").Fit(Data).Transform(Data);

        Assert.AreEqual("[1 2 3 1]", Shown.Column(data, "Both"));
        Assert.IsTrue(data.Schema["Both"].HasSlotNames());
        Assert.AreEqual("[Number   Number]", Shown.Annotation(data.Schema["Both"], "SlotNames"));
        var again = _context.Transforms.Concatenate("More", "Number", "Both").Fit(data).Transform(data);
        Assert.AreEqual("[Number Both.Number   Both.Number]", Shown.Annotation(again.Schema["More"], "SlotNames"));
    }

    [TestMethod]
    public void OneColumnConcatenatedKeepsItsNames()
    {
        var named = _context.Transforms.Concatenate("Both", "Number", "Number").Fit(Data).Transform(Data);

        var alone = _context.Transforms.Concatenate("Alone", "Both").Fit(named).Transform(named);
        var unnamed = _context.Transforms.Concatenate("Alone", "Pair").Fit(named).Transform(named);
        var scalar = _context.Transforms.Concatenate("Alone", "Number").Fit(named).Transform(named);

        Assert.AreEqual("[Number Number]", Shown.Annotation(alone.Schema["Alone"], "SlotNames"));
        Assert.IsFalse(unnamed.Schema["Alone"].HasSlotNames());
        Assert.AreEqual("[Number]", Shown.Annotation(scalar.Schema["Alone"], "SlotNames"));
    }

    [TestMethod]
    public void VectorsOfVaryingSizeHaveNoSlotNames()
    {
        var data = _context.Transforms.Concatenate("Both", "Text", "Words").Fit(Data).Transform(Data);

        Assert.AreEqual("Vector<String>", data.Schema["Both"].Type.ToString());
        Assert.IsFalse(data.Schema["Both"].HasSlotNames());
        Assert.AreEqual("[a]", Shown.Column(data, "Both"));
    }

    [TestMethod]
    public void DifferentTypesAreNotConcatenated()
    {
        foreach (var name in new[] { "Real", "Other" })
        {
            Errors.AssertThrown<ArgumentOutOfRangeException>(
                () => _context.Transforms.Concatenate("Both", "Number", name).Fit(Data).Transform(Data), name);
        }
    }

    [TestMethod]
    public void KeyValuesAreAskedForByType()
    {
        var text = _context.Transforms.Conversion.MapValueToKey("Text").Fit(Data).Transform(Data).Schema["Text"];
        var number = _context.Transforms.Conversion.MapValueToKey("Id").Fit(Data).Transform(Data).Schema["Id"];

        Assert.IsTrue(text.HasKeyValues());
        Assert.IsFalse(number.HasKeyValues());
        Assert.IsTrue(number.HasKeyValues(NumberDataViewType.Int32));
        Assert.IsFalse(Data.Schema["Key"].HasKeyValues());
        var values = default(VBuffer<int>);
        number.GetKeyValues(ref values);
        CollectionAssert.AreEqual(new[] { 5 }, values.DenseValues().ToArray());
        Assert.IsFalse(number.IsNormalized());
    }

    [TestMethod]
    public void AnAnnotationThatIsNotThereIsAnError()
    {
        var column = Data.Schema["Text"];
        var names = default(VBuffer<ReadOnlyMemory<char>>);

        Assert.AreEqual(0, column.Annotations.Schema.Count);
        Assert.Throws<InvalidOperationException>(() => column.Annotations.GetValue("KeyValues", ref names));
        Assert.Throws<Exception>(() => column.GetSlotNames(ref names));
    }

    [TestMethod]
    public void AnAnnotationHasOneType()
    {
        var column = _context.Transforms.Conversion.MapValueToKey("Text").Fit(Data).Transform(Data).Schema["Text"];
        var number = 0f;

        Assert.Throws<InvalidOperationException>(() => column.Annotations.GetValue("KeyValues", ref number));
    }

    [TestMethod]
    public void CopiesHaveTheAnnotations()
    {
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Text").Append(_context.Transforms.CopyColumns("Copy", "Text"));

        var data = pipeline.Fit(Data).Transform(Data);

        Assert.AreEqual("[a]", Shown.Annotation(data.Schema["Copy"], "KeyValues"));
        Assert.AreEqual(data.Schema["Text"].Type, data.Schema["Copy"].Type);
    }

    [TestMethod]
    public void ADefinitionAddsAnnotations()
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        definition["Key"].AddAnnotation("KeyValues", new VBuffer<int>(3, [7, 8, 9]), new VectorDataViewType(NumberDataViewType.Int32, 3));

        var data = _context.Data.LoadFromEnumerable([new Row { Key = 1 }], definition);

        Assert.AreEqual("[7 8 9]", Shown.Annotation(data.Schema["Key"], "KeyValues"));
        Assert.AreEqual("8", Shown.Column(_context.Transforms.Conversion.MapKeyToValue("Key").Fit(data).Transform(data), "Key"));
    }
}
