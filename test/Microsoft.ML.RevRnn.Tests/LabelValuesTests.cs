using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Label values of every type that keys can stand for are saved and loaded.</summary>
[TestClass]
public sealed class LabelValuesTests
{
    [TestMethod]
    public void Text() => AssertKept(TextDataViewType.Instance, "".AsMemory(), "\u00e4 \ud83d\ude00".AsMemory());

    [TestMethod]
    public void Boolean() => AssertKept(BooleanDataViewType.Instance, false, true);

    [TestMethod]
    public void SmallIntegers()
    {
        AssertKept(NumberDataViewType.SByte, sbyte.MinValue, sbyte.MaxValue);
        AssertKept(NumberDataViewType.Byte, byte.MinValue, byte.MaxValue);
        AssertKept(NumberDataViewType.Int16, short.MinValue, short.MaxValue);
        AssertKept(NumberDataViewType.UInt16, ushort.MinValue, ushort.MaxValue);
    }

    [TestMethod]
    public void LargeIntegers()
    {
        AssertKept(NumberDataViewType.Int32, int.MinValue, int.MaxValue);
        AssertKept(NumberDataViewType.UInt32, uint.MinValue, uint.MaxValue);
        AssertKept(NumberDataViewType.Int64, long.MinValue, long.MaxValue);
        AssertKept(NumberDataViewType.UInt64, ulong.MinValue, ulong.MaxValue);
    }

    [TestMethod]
    public void Fractions()
    {
        AssertKept(NumberDataViewType.Single, float.Epsilon, float.NaN);
        AssertKept(NumberDataViewType.Double, double.Epsilon, double.NegativeInfinity);
    }

    [TestMethod]
    public void Times()
    {
        AssertKept(TimeSpanDataViewType.Instance, TimeSpan.MinValue, TimeSpan.FromSeconds(1));
        AssertKept(DateTimeDataViewType.Instance, DateTime.MinValue, DateTime.MaxValue);
        AssertKept(DateTimeOffsetDataViewType.Instance, DateTimeOffset.MinValue, new DateTimeOffset(2000, 1, 2, 3, 4, 5, TimeSpan.FromHours(-6)));
    }

    [TestMethod]
    public void RowIds() => AssertKept(RowIdDataViewType.Instance, new DataViewRowId(1, 2), new DataViewRowId(ulong.MaxValue, 0));

    [TestMethod]
    public void AKeyWithoutValues()
    {
        Assert.IsNull(LabelValues.Of(Label(new DataViewSchema.Annotations.Builder()), "KeyValues", 2));
        Assert.IsNull(SaveAndLoad(null));
    }

    [TestMethod]
    public void ValuesOfAnotherNumberThanKeysAreNotTaken()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(
            "KeyValues", new VectorDataViewType(BooleanDataViewType.Instance, 3), (ref VBuffer<bool> values) => values = new(3, new bool[3]));
        Assert.IsNull(LabelValues.Of(Label(annotations), "KeyValues", 2));
    }

    [TestMethod]
    public void AnUnknownTypeIsNamed()
    {
        using var content = new BinaryReader(new MemoryStream([99, 0, 0]));
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => LabelValues.Load(content, 2)).Message, "unknown kind 99");
    }

    private static void AssertKept<T>(PrimitiveDataViewType type, params T[] values)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        var source = new VBuffer<T>(2, values);
        annotations.Add("KeyValues", new VectorDataViewType(type, 2), (ref VBuffer<T> destination) => source.CopyTo(ref destination));

        var loaded = SaveAndLoad(LabelValues.Of(Label(annotations), "KeyValues", 2))!;

        Assert.AreEqual(type, loaded.ItemType);
        var builder = new DataViewSchema.Annotations.Builder();
        loaded.AddTo(builder, "Back");
        var back = default(VBuffer<T>);
        builder.ToAnnotations().GetValue("Back", ref back);
        CollectionAssert.AreEqual(values.Select(Comparable).ToArray(), back.DenseValues().Select(Comparable).ToArray());

        // Two memories of the same characters are not equal.
        static object Comparable(T value) => value is ReadOnlyMemory<char> text ? text.ToString() : value!;
    }

    private static LabelValues? SaveAndLoad(LabelValues? values)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        LabelValues.Save(writer, values);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        var loaded = LabelValues.Load(reader, 2);
        Assert.AreEqual(stream.Length, stream.Position);
        return loaded;
    }

    private static DataViewSchema.Column Label(DataViewSchema.Annotations.Builder annotations)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Label", new KeyDataViewType(typeof(uint), 2), annotations.ToAnnotations());
        return schema.ToSchema()["Label"];
    }
}
