using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Binding;
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

    /// <summary>Models of tokens, texts and pairs give each row of a view what they give it alone.</summary>
    [TestMethod]
    public void TaggersLanguageModelsAndTranslationsScoreRowsSideBySide()
    {
        AreSideBySide(Trained.Tagger, Trained.Tagged(count: 100, seed: 5), "Score");
        AreSideBySide(Trained.LanguageModel, Trained.Data(count: 100, seed: 5), "LogLikelihood");
        AreSideBySide(Trained.Translator, PairData.Data(count: 100, seed: 5), "TranslationScore");
        AreSideBySide(Trained.Translator, PairData.ProbeData(), "TranslationScore");
        AreSideBySide(Trained.LanguageModel, Trained.Probes(), "Perplexity");
    }

    /// <summary>Where results go by the length of texts, those of few rows exist at once.</summary>
    [TestMethod]
    public void LargeResultsAreMadeOfFewRows()
    {
        var rows = new RowsView(3, [.. Enumerable.Range(0, 100).Select(i => ("iron", (uint)1))]);
        using var window = RowWindow.Over(rows.GetRowCursor(rows.Schema));
        var groups = new List<int>();
        var result = WindowResults.Create(window, Position, Position, position => -position, Make, position => position % 10 == 0 ? 2_000_000 : 400_000);
        for (var row = 0; window.MoveNext(); row++)
            Assert.AreEqual(row, Math.Abs(result.Value));
        // The first row is alone; then 2, 4, 8 ... are read, of which two have a million numbers, and each tenth has more by itself.
        Assert.IsGreaterThan(30, groups.Count);
        Assert.IsTrue(groups.All(count => count is 1 or 2));
        Assert.Contains(2, groups);

        long Position() => window.Position;

        long[] Make(long[] positions)
        {
            groups.Add(positions.Length);
            return positions;
        }
    }

    private static void AreSideBySide(ITransformer model, IDataView data, string column)
    {
        var view = model.Transform(data);
        using var cursor = view.GetRowCursorSet([view.Schema[column]], 1)[0];
        CollectionAssert.AreEqual(OneByOne(model, data, column), Lines(cursor, () => cursor.MoveNext(), view.Schema[column]), model.GetType().Name);
    }

    private static string[] OneByOne(IDataView data) => OneByOne(Trained.Classifier, data, "Score");

    private static string[] OneByOne(ITransformer model, IDataView data, string column)
    {
        var mapper = model.GetRowToRowMapper(data.Schema);
        using var input = data.GetRowCursor(data.Schema);
        using var row = mapper.GetRow(input, mapper.OutputSchema);
        return Lines(row, () => input.MoveNext(), mapper.OutputSchema[column]);
    }

    private static string[] Lines(DataViewRow row, Func<bool> next, DataViewSchema.Column column)
    {
        var vector = column.Type is VectorDataViewType ? row.GetGetter<VBuffer<float>>(column) : null;
        var number = vector == null ? row.GetGetter<float>(column) : null;
        var (values, value) = (default(VBuffer<float>), 0f);
        var lines = new List<string>();
        while (next())
        {
            vector?.Invoke(ref values);
            number?.Invoke(ref value);
            lines.Add(Bits.Line(vector == null ? [value] : [.. values.DenseValues()]));
        }
        return [.. lines];
    }

    private sealed class Numbered
    {
        public string Text { get; set; } = "";

        public float Id { get; set; }
    }
}
