using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Our estimators in everything that ML.NET does with a pipeline.</summary>
[TestClass]
public sealed class PipelineTests
{
    private readonly MLContext _context = new(seed: 3);

    private IEstimator<ITransformer> Pipeline => _context.Transforms.Conversion.MapValueToKey("Label")
        .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
        .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    [TestMethod]
    public void EstimatorsAndTransformersArePreviewed()
    {
        var preview = Pipeline.Preview(Trained.Data(), maxRows: 5, maxTrainingRows: 60);

        Assert.HasCount(5, preview.RowView);
        var scores = preview.ColumnView.Single(column => column.Column.Name == "Score").Values.Cast<VBuffer<float>>().ToArray();
        Assert.HasCount(5, scores);
        Assert.AreEqual(
            string.Join('\n', Trained.ScoreBits(Pipeline.Fit(Trained.Data()), Trained.Data(5))),
            string.Join('\n', scores.Select(score => Bits.Line([.. score.DenseValues()]))));
        Assert.HasCount(3, Trained.LanguageModel.Preview(Trained.Probes(), maxRows: 3).RowView);
    }

    [TestMethod]
    public void ACacheCheckpointChangesNothing()
    {
        var trainer = _context.MulticlassClassification.Trainers.RevGru(Small.Classification());
        var labels = _context.Transforms.Conversion.MapValueToKey("Label");

        var plain = labels.Append(trainer).Fit(Trained.Data());
        var cached = labels.AppendCacheCheckpoint(_context).Append(trainer).Fit(Trained.Data());

        CollectionAssert.AreEqual(Trained.ScoreBits(plain), Trained.ScoreBits(cached));
    }

    [TestMethod]
    public void EachRowIsScoredInOneFold()
    {
        var folds = _context.MulticlassClassification.CrossValidate(Trained.Data(90), Pipeline, numberOfFolds: 3);

        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, folds.Select(fold => fold.Fold).ToArray());
        CollectionAssert.AreEquivalent(
            Enumerable.Range(0, 90).ToArray(), folds.SelectMany(fold => fold.ScoredHoldOutSet.GetColumn<int>("Id")).ToArray());
        foreach (var fold in folds)
        {
            var held = Trained.Context.Data.TakeRows(fold.ScoredHoldOutSet, 10);
            var ids = held.GetColumn<int>("Id").ToHashSet();
            var rows = _context.Data.LoadFromEnumerable(TestData.Rows(90).Where(row => ids.Contains(row.Id)));
            CollectionAssert.AreEqual(Bits.Lines(held, "Score"), Trained.ScoreBits(fold.Model, rows));
        }
    }

    [TestMethod]
    public void EverySubsetOfColumnsCanBeRead()
    {
        var view = Trained.LanguageModel.Transform(Trained.Data(20));
        string[] names = ["Id", "Text", "LogLikelihood", "Perplexity", "TokenCount"];
        var expected = LanguageModelLines.Scores(Trained.LanguageModel, Trained.Data(20));
        for (var subset = 0; subset < 1 << names.Length; subset++)
        {
            var chosen = names.Where((_, i) => (subset >> i & 1) != 0).ToHashSet();
            foreach (var cursors in new[] { [view.GetRowCursor(Columns(chosen))], view.GetRowCursorSet(Columns(chosen), 2) })
                Assert.AreEqual(20, cursors.Sum(cursor => CountRows(cursor, chosen)), string.Join(',', chosen));
        }

        IEnumerable<DataViewSchema.Column> Columns(HashSet<string> chosen) => view.Schema.Where(column => chosen.Contains(column.Name));

        int CountRows(DataViewRowCursor cursor, HashSet<string> chosen)
        {
            using (cursor)
            {
                foreach (var column in view.Schema)
                    Assert.AreEqual(chosen.Contains(column.Name), cursor.IsColumnActive(column), column.Name);
                var count = 0;
                var getId = chosen.Contains("Id") ? cursor.GetGetter<int>(view.Schema["Id"]) : null;
                var getScore = chosen.Contains("LogLikelihood") ? cursor.GetGetter<float>(view.Schema["LogLikelihood"]) : null;
                var getTokens = chosen.Contains("TokenCount") ? cursor.GetGetter<int>(view.Schema["TokenCount"]) : null;
                for (int id = -1, tokens = 0; cursor.MoveNext(); count++)
                {
                    var score = 0f;
                    getId?.Invoke(ref id);
                    getScore?.Invoke(ref score);
                    getTokens?.Invoke(ref tokens);
                    if (id >= 0 && getScore != null)
                        StringAssert.StartsWith(expected[id], Bits.Line([score]));
                    if (id >= 0 && getTokens != null)
                        StringAssert.EndsWith(expected[id], $" {tokens}");
                }
                return count;
            }
        }
    }

    [TestMethod]
    public void AnErrorInTheDataIsTheCauseOfTheErrorThatFollows()
    {
        var rows = Enumerable.Range(0, 300).Select(id => id < 200 ? TestData.Rows(1)[0] : throw new FormatException("Row 200."));
        var data = _context.Data.LoadFromEnumerable(rows);

        foreach (var failure in new[]
        {
            Errors.Of(() => Trained.ScoreBits(Trained.Classifier, data)),
            Errors.Of(() => Trained.ScoreBits(Trained.Classifier, _context.Data.Cache(data))),
            Errors.Of(() => Pipeline.Fit(data)),
        })
            Assert.AreEqual("Row 200.", Errors.Cause<FormatException>(failure)?.Message);
    }

    [TestMethod]
    public void TokenizedWordsAndConcatenatedFeatures()
    {
        var words = Small.Features();
        words.InputColumnName = "Tokens";
        words.OutputColumnName = "OfWords";
        var data = Trained.Data();

        var transformed = _context.Transforms.Text.TokenizeIntoWords("Tokens", "Text")
            .Append(_context.Transforms.Conversion.MapValueToKey("Tokens"))
            .Append(_context.Transforms.RevGru(words))
            .Append(_context.Transforms.RevLstm(Small.Features()))
            .Append(_context.Transforms.Concatenate("All", "Features", "OfWords"))
            .Append(_context.Transforms.SelectColumns("All", "OfWords"))
            .Fit(data).Transform(data);

        Assert.AreEqual("All: Vector<Single, 32> {SlotNames}, OfWords: Vector<Single, 16> {SlotNames}", string.Join(", ", transformed.Schema));
        Assert.AreEqual(
            Bits.Line(transformed.GetColumn<float[]>("OfWords").First()), Bits.Line(transformed.GetColumn<float[]>("All").First()[16..]));
    }

    [TestMethod]
    public void AGpuTakesAPackageOrFallsBackToTheCpu()
    {
        static RevRnnClassificationTransformer Train(int? gpu, bool fallsBack)
        {
            var context = new MLContext(seed: 3) { GpuDeviceId = gpu, FallbackToCpu = fallsBack };
            return context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(Trained.Keyed());
        }

        var onCpu = Train(null, fallsBack: false);
        var fallenBack = Train(0, fallsBack: true);
        Assert.AreEqual(string.Join('\n', Trained.ScoreBits(onCpu)), string.Join('\n', Trained.ScoreBits(fallenBack)));
        Assert.IsNull(onCpu.Report!.FallbackReason);
        StringAssert.Contains(fallenBack.Report!.FallbackReason!, "Microsoft.ML.RevRnn.TorchSharp", StringComparison.Ordinal);

        var failure = Assert.ThrowsExactly<PlatformNotSupportedException>(() => Train(0, fallsBack: false));
        StringAssert.Contains(failure.Message, "Microsoft.ML.RevRnn.TorchSharp", StringComparison.Ordinal);
        StringAssert.Contains(failure.Message, "TorchSharp-cuda-linux", StringComparison.Ordinal);
    }
}
