using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Rows that are read ahead to be scored side by side: nobody who goes through a view can tell.</summary>
[TestClass]
public sealed class RowWindowTests
{
    /// <summary>One cursor, so that there is a window however many processors there are.</summary>
    [TestMethod]
    public void EachRowKeepsItsValues()
    {
        var data = Trained.Data(count: 700, seed: 5);
        var view = Trained.Classifier.Transform(data);
        using var cursor = view.GetRowCursorSet(view.Schema, 1)[0];
        var getId = cursor.GetGetter<int>(view.Schema["Id"]);
        var getText = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]);
        var getWords = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema["Words"]);
        var getRowId = cursor.GetIdGetter();
        var getScore = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
        var expected = TestData.Rows(700, seed: 5);
        var alone = OneByOne(data);
        var (words, score) = (default(VBuffer<ReadOnlyMemory<char>>), default(VBuffer<float>));
        var rowIds = new HashSet<DataViewRowId>();
        var row = 0;
        for (; cursor.MoveNext(); row++)
        {
            var (id, text, rowId) = (0, default(ReadOnlyMemory<char>), default(DataViewRowId));
            // Some rows are not asked for their scores, or after their other values.
            if (row % 5 != 3)
            {
                getScore(ref score);
                Assert.AreEqual(alone[row], Bits.Line([.. score.DenseValues()]));
            }
            getId(ref id);
            getText(ref text);
            getWords(ref words);
            getRowId(ref rowId);
            Assert.AreEqual(row, cursor.Position);
            Assert.AreEqual(expected[row].Id, id);
            Assert.AreEqual(expected[row].Text, text.ToString());
            CollectionAssert.AreEqual(expected[row].Words, words.DenseValues().Select(word => word.ToString()).ToArray());
            Assert.IsTrue(rowIds.Add(rowId));
            // What one was given is one's own.
            var editor = VBufferEditor.CreateFromBuffer(ref words);
            editor.Values.Fill("overwritten".AsMemory());
        }
        Assert.AreEqual(700, row);
        Assert.IsFalse(cursor.MoveNext());
    }

    [TestMethod]
    public void NoMoreRowsAreReadThanTwiceThoseThatAreAskedFor()
    {
        var rows = new RowsView(3, [.. Enumerable.Range(0, 1000).Select(i => ("iron", (uint)(1 + i % 3)))]);
        var view = Trained.Classifier.Transform(rows);
        using var cursor = view.GetRowCursorSet([view.Schema["Score"]], 1)[0];
        var getScore = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
        var score = default(VBuffer<float>);
        for (var row = 1; row <= 20; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getScore(ref score);
            Assert.IsLessThan(2 * row, rows.TextsRead);
        }
    }

    [TestMethod]
    public void ARowThatFailsIsToldOfWhenItIsAskedFor()
    {
        const int Bad = 100;
        var data = Trained.Context.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => i == Bad ? throw new InvalidDataException("row 100 is bad") : TestData.Rows(1, seed: i + 1)[0]));
        var view = Trained.Classifier.Transform(data);
        using var cursor = view.GetRowCursorSet([view.Schema["Score"]], 1)[0];
        var getScore = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
        var score = default(VBuffer<float>);
        for (var row = 0; row < Bad; row++)
        {
            Assert.IsTrue(cursor.MoveNext(), $"row {row}");
            getScore(ref score);
        }
        Assert.AreEqual("row 100 is bad", Assert.ThrowsExactly<InvalidDataException>(() => cursor.MoveNext()).Message);
    }

    /// <summary>A number that cannot be read harms its own row only.</summary>
    [TestMethod]
    public void AValueThatFailsIsToldOfWhenItIsAskedFor()
    {
        const int Bad = 50;
        var context = Trained.Context;
        var options = Small.Classification();
        options.FeatureColumnNames = ["Id"];
        var pipeline = context.Transforms.Conversion.ConvertType("Id", outputKind: DataKind.Single).Append(context.MulticlassClassification.Trainers.RevGru(options));
        var model = pipeline.Fit(Trained.Keyed());
        var rows = TestData.Rows(100, seed: 3).Select(row => new Numbered { Text = row.Text!, Id = row.Id == Bad ? float.PositiveInfinity : row.Id });
        var view = model.LastTransformer.Transform(context.Data.LoadFromEnumerable(rows));
        using var cursor = view.GetRowCursorSet([view.Schema["Score"]], 1)[0];
        var getScore = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
        var score = default(VBuffer<float>);
        for (var row = 0; cursor.MoveNext(); row++)
        {
            if (row == Bad)
                StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => getScore(ref score)).Message, $"row {Bad}");
            else
                getScore(ref score);
        }
    }

    private static string[] OneByOne(IDataView data)
    {
        var mapper = ((ITransformer)Trained.Classifier).GetRowToRowMapper(data.Schema);
        using var input = data.GetRowCursor(data.Schema);
        using var row = mapper.GetRow(input, mapper.OutputSchema);
        var getScore = row.GetGetter<VBuffer<float>>(mapper.OutputSchema["Score"]);
        var score = default(VBuffer<float>);
        var lines = new List<string>();
        while (input.MoveNext())
        {
            getScore(ref score);
            lines.Add(Bits.Line([.. score.DenseValues()]));
        }
        return [.. lines];
    }

    private sealed class Numbered
    {
        public string Text { get; set; } = "";

        public float Id { get; set; }
    }
}
