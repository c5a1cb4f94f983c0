using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Views, cursors and rows: lazy, only what was asked for, each row predicted once.</summary>
[TestClass]
public sealed class RowTests
{
    [TestMethod]
    public void OnlyWhatIsAskedForIsComputed()
    {
        var rows = new RowsView(3, ("iron", 1), ("snow", 2));
        var view = Trained.Classifier.Transform(rows);
        using (var cursor = view.GetRowCursor([view.Schema["Label"]]))
        {
            Assert.IsTrue(cursor.IsColumnActive(view.Schema["Label"]));
            Assert.IsFalse(cursor.IsColumnActive(view.Schema["Score"]));
            Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]));
            while (cursor.MoveNext())
            {
            }
        }
        Assert.AreEqual(0, rows.TextsRead);
        Assert.AreEqual(2, view.GetRowCount());
    }

    [TestMethod]
    public void ScoreAndPredictedLabelShareOnePrediction()
    {
        var rows = new RowsView(3, ("iron", 1), ("snow", 2));
        var mapper = ((ITransformer)Trained.Classifier).GetRowToRowMapper(rows.Schema);
        using var input = rows.GetRowCursor(rows.Schema);
        using var row = mapper.GetRow(input, mapper.OutputSchema);
        var getScore = row.GetGetter<VBuffer<float>>(mapper.OutputSchema["Score"]);
        var getLabel = row.GetGetter<uint>(mapper.OutputSchema["PredictedLabel"]);
        var score = default(VBuffer<float>);
        uint label = 0;
        for (var i = 1; input.MoveNext(); i++)
        {
            getScore(ref score);
            getLabel(ref label);
            getScore(ref score);
            Assert.AreEqual(i, rows.TextsRead);
            Assert.AreEqual(i - 1, row.Position);
            Assert.AreEqual(score.DenseValues().Max(), score.GetItemOrDefault((int)label - 1));
        }
    }

    [TestMethod]
    public void AValueGetterMustHaveTheColumnsType()
    {
        var view = Trained.Classifier.Transform(Trained.Probes());
        using var cursor = view.GetRowCursor(view.Schema);
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["Score"]));
    }

    [TestMethod]
    public void InputColumnsPassThrough()
    {
        var view = Trained.Classifier.Transform(Trained.Probes());

        CollectionAssert.AreEqual(TestData.Probes.Select(row => row.Id).ToArray(), view.GetColumn<int>("Id").ToArray());
        CollectionAssert.AreEqual(TestData.Probes.Select(row => row.Label).ToArray(), view.GetColumn<string>("Label").ToArray());
    }

    [TestMethod]
    public void RowsComeInOrderHoweverManyProcessorsThereAre()
    {
        // More rows than ML.NET hands to one thread at a time.
        var data = Trained.Data(count: 300, seed: 5);
        var expected = OneByOne(data);

        var view = Trained.Classifier.Transform(data);

        CollectionAssert.AreEqual(Enumerable.Range(0, 300).ToArray(), view.GetColumn<int>("Id").ToArray());
        CollectionAssert.AreEqual(expected, Bits.Lines(view, "Score"));
    }

    [TestMethod]
    public void CursorSetsShareTheRowsOut()
    {
        var data = Trained.Data(count: 300, seed: 5);
        var expected = OneByOne(data);
        var view = Trained.Classifier.Transform(data);
        var got = new string?[300];

        var cursors = view.GetRowCursorSet([view.Schema["Id"], view.Schema["Score"]], 3);
        Task.WaitAll([.. cursors.Select(cursor => Task.Run(() =>
        {
            using (cursor)
            {
                var getId = cursor.GetGetter<int>(view.Schema["Id"]);
                var getScore = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
                var score = default(VBuffer<float>);
                var id = 0;
                while (cursor.MoveNext())
                {
                    getId(ref id);
                    getScore(ref score);
                    got[id] = Bits.Line([.. score.DenseValues()]);
                }
            }
        }))]);

        CollectionAssert.AreEqual(expected, got);
    }

    [TestMethod]
    public void ShufflingPassesThrough()
    {
        var data = Trained.Data(count: 100, seed: 5);
        var view = Trained.Classifier.Transform(data);
        Assert.AreEqual(data.CanShuffle, view.CanShuffle);

        var shuffled = Trained.Context.Data.ShuffleRows(view, seed: 1);

        var ids = shuffled.GetColumn<int>("Id").ToArray();
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).ToArray(), ids);
        CollectionAssert.AreNotEqual(Enumerable.Range(0, 100).ToArray(), ids);
        var expected = OneByOne(data);
        CollectionAssert.AreEqual(ids.Select(id => expected[id]).ToArray(), Bits.Lines(shuffled, "Score"));
    }

    [TestMethod]
    public void DependenciesAreTheNeededColumns()
    {
        var schema = Trained.Probes().Schema;
        var mapper = ((ITransformer)Trained.Classifier).GetRowToRowMapper(schema);

        Assert.AreSame(schema, mapper.InputSchema);
        CollectionAssert.AreEqual(new[] { "Text" }, Names(mapper.GetDependencies([mapper.OutputSchema["PredictedLabel"]])));
        CollectionAssert.AreEqual(new[] { "Id" }, Names(mapper.GetDependencies([mapper.OutputSchema["Id"]])));
        CollectionAssert.AreEqual(
            new[] { "Id", "Text" }, Names(mapper.GetDependencies([mapper.OutputSchema["Score"], mapper.OutputSchema["Id"]])));

        static string[] Names(IEnumerable<DataViewSchema.Column> columns) => [.. columns.Select(column => column.Name)];
    }

    [TestMethod]
    public void ARowOfAnotherSchemaIsRefused()
    {
        var mapper = ((ITransformer)Trained.Classifier).GetRowToRowMapper(Trained.Probes().Schema);
        var other = new RowsView(2, ("a", 1));
        using var row = other.GetRowCursor(other.Schema);
        Assert.ThrowsExactly<ArgumentException>(() => mapper.GetRow(row, mapper.OutputSchema));
    }

    [TestMethod]
    public void PredictionEnginesPredictWhatViewsDo()
    {
        var model = Trained.Context.Transforms.Conversion.MapValueToKey("Label")
            .Append(Trained.Context.MulticlassClassification.Trainers.RevLstm(Small.Classification()))
            .Append(Trained.Context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Trained.Data());
        var scores = Trained.ScoreBits(model);
        var labels = model.Transform(Trained.Probes()).GetColumn<string>("PredictedLabel").ToArray();
        using var engine = Trained.Context.Model.CreatePredictionEngine<LabelledText, Prediction>(model);

        for (var i = 0; i < scores.Length; i++)
        {
            var prediction = engine.Predict(TestData.Probes[i]);
            Assert.AreEqual(scores[i], Bits.Line(prediction.Score));
            Assert.AreEqual(labels[i], prediction.PredictedLabel);
        }
    }

    /// <summary>Scores by one row-to-row mapper on one thread.</summary>
    private static string[] OneByOne(IDataView data)
    {
        var mapper = ((ITransformer)Trained.Classifier).GetRowToRowMapper(data.Schema);
        var lines = new List<string>();
        using var input = data.GetRowCursor([data.Schema["Text"]]);
        using var row = mapper.GetRow(input, [mapper.OutputSchema["Score"]]);
        var getScore = row.GetGetter<VBuffer<float>>(mapper.OutputSchema["Score"]);
        var score = default(VBuffer<float>);
        while (input.MoveNext())
        {
            getScore(ref score);
            lines.Add(Bits.Line([.. score.DenseValues()]));
        }
        return [.. lines];
    }
}
