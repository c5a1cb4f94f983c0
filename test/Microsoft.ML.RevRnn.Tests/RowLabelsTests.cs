using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>How label columns are read.</summary>
[TestClass]
public sealed class RowLabelsTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void FlagsAreTheNumbersOfThoseThatHold()
    {
        var data = Load(
            new Row { Flags = new VBuffer<bool>(4, [true, false, false, true]) },
            new Row { Flags = new VBuffer<bool>(4, 2, [true, false], [1, 3]) },
            new Row { Flags = new VBuffer<bool>(4, 0, [], []) });

        CollectionAssert.AreEqual(new[] { "0 3", "1", "" }, Read(data, "Flags", column => new FlagLabels(column)));
    }

    [TestMethod]
    public void ASetOfKeysHasEachOnceAndInOrder()
    {
        var data = Load(
            new Row { Keys = new VBuffer<uint>(5, [3, 1, 0, 3, 1]) },
            new Row { Keys = new VBuffer<uint>(9, 1, [2], [7]) },
            new Row { Keys = new VBuffer<uint>(0, []) });

        CollectionAssert.AreEqual(new[] { "0 2", "1", "" }, Read(data, "Keys", column => new KeySetLabels(column)));
    }

    [TestMethod]
    public void TokensHaveAClassEachInTheirOrder()
    {
        var data = Load(new Row { Keys = new VBuffer<uint>(4, [3, 1, 3, 2]) }, new Row { Keys = new VBuffer<uint>(0, []) });

        CollectionAssert.AreEqual(new[] { "2 0 2 1", "" }, Read(data, "Keys", column => new TokenLabels(column)));
    }

    /// <summary>What a sparse vector leaves out is a missing key.</summary>
    [TestMethod]
    public void ATokenThatASparseVectorLeavesOutHasNoLabel()
    {
        var data = Load(new Row { Keys = new VBuffer<uint>(3, 2, [1, 2], [0, 2]) });

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Read(data, "Keys", column => new TokenLabels(column)));

        StringAssert.Contains(failure.Message, "has a missing key in row 0 at place 1");
    }

    [TestMethod]
    public void ATokensKeyOutOfItsTypesRange()
    {
        var data = Load(new Row { Keys = new VBuffer<uint>(1, [1]) }, new Row { Keys = new VBuffer<uint>(2, [1, 4]) });

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Read(data, "Keys", column => new TokenLabels(column)));

        StringAssert.Contains(failure.Message, "The label column 'Keys' has key 4 in row 1; by its type keys are from 1 to 3.");
    }

    /// <summary>The labels of each row.</summary>
    private string[] Read(IDataView data, string columnName, Func<DataViewSchema.Column, RowLabels<int[]>> create)
    {
        var labels = create(data.Schema[columnName]);
        using var cursor = data.GetRowCursor([labels.Column]);
        var take = labels.CreateReader(cursor, (IHostEnvironment)_context);
        while (cursor.MoveNext())
            Assert.IsTrue(take());
        return [.. labels.Values.Select(values => string.Join(' ', values))];
    }

    private IDataView Load(params Row[] rows) => _context.Data.LoadFromEnumerable(rows);

    private sealed class Row
    {
        [VectorType(4)]
        public VBuffer<bool> Flags { get; set; } = new(4, new bool[4]);

        [KeyType(3)]
        public VBuffer<uint> Keys { get; set; }
    }
}
