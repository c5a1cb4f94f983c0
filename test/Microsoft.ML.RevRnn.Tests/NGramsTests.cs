using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The linear part of n-grams beside the network, in ML.NET pipelines.</summary>
[TestClass]
public sealed class NGramsTests
{
    private static readonly MLContext _context = new(seed: 5);

    /// <summary>Words of which each occurs once or twice; what tells the label is how they end, which no token does.</summary>
    private static readonly ColumnRow[] _rows = [.. Enumerable.Range(0, 120).Select(i => new ColumnRow { Body = $"{Stem(i)}{(i % 2 == 0 ? "ation" : "esque")} it is" }.Labelled(i % 2 == 0))];

    private static readonly IDataView _data = ColumnRow.View(_rows.Take(80));
    private static readonly IDataView _others = ColumnRow.View(_rows.Skip(80));

    [TestMethod]
    public void TheyTellWhatNoTokenTells()
    {
        foreach (var model in FitEach(_ => { }))
        {
            Assert.AreEqual(new NGramOptions { HashBits = 14 }, model.NGrams);
            Assert.AreEqual(1, ColumnRow.Accuracy(model, _others), model.GetType().Name);
        }
        foreach (var model in FitEach(options => options.NGrams = null))
        {
            Assert.IsNull(model.NGrams);
            Assert.IsLessThan(0.7, ColumnRow.Accuracy(model, _others), model.GetType().Name);
        }
    }

    [TestMethod]
    public void TheyAreOnUnlessTurnedOff()
    {
        Assert.AreEqual(new NGramOptions(), new RevRnnClassificationOptions().NGrams);
        Assert.IsNotNull(new RevRnnBinaryClassificationOptions().NGrams);
        Assert.IsNotNull(new RevRnnMultiLabelOptions().NGrams);
        Assert.IsNull(Trained.Tagger.NGrams);
        var wrong = Small.Classification();
        wrong.NGrams = new NGramOptions { WordLength = 9 };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Trainers.RevLstm(wrong)).Message, "WordLength is 9");
    }

    [TestMethod]
    public void ASavedModelPredictsTheSame()
    {
        foreach (var model in FitEach(_ => { }))
        {
            var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);

            Assert.AreEqual(Scores(model), Scores((ITransformer)loaded));
            Assert.AreEqual(model.NGrams!.WordLength, ((RevRnnPredictionTransformer)loaded).NGrams!.WordLength);
        }
    }

    [TestMethod]
    public void TheyGoWithColumnsNumbersAndBothDirections()
    {
        foreach (var model in FitEach(options =>
        {
            options.TextColumnNames = ["Title", "Body"];
            options.FeatureColumnNames = ["Price"];
            options.Network = options.Network with { Bidirectional = true, Pooling = PoolingKind.Attention };
        }))
        {
            Assert.AreEqual(1, ColumnRow.Accuracy(model, _others), model.GetType().Name);
        }
    }

    [TestMethod]
    public void AVectorOfKeysHasThemToo()
    {
        var options = Small.Tagging();
        var classifier = Small.Classification();
        classifier.NGrams = new NGramOptions { HashBits = 14 };
        classifier.TextColumnName = options.TextColumnName;
        classifier.LabelColumnName = "Key";
        var data = _context.Transforms.Conversion.MapValueToKey("Key", nameof(MixedText.HasMetal)).Fit(Trained.Tagged(60)).Transform(Trained.Tagged(60));

        var model = _context.MulticlassClassification.Trainers.RevGru(classifier).Fit(data);

        Assert.IsNotNull(model.NGrams);
        Assert.AreEqual(1, _context.MulticlassClassification.Evaluate(model.Transform(data), labelColumnName: "Key").MicroAccuracy, 0.02);
    }

    [TestMethod]
    public void GoingOnIsWithTheModelsOwn()
    {
        var before = FitEach(_ => { }).ToArray();
        var on = ColumnRow.FitEach(_data, options =>
        {
            options.TextColumnName = "Body";
            options.Training = options.Training with { MaximumEpochs = 1 };
        }, before).ToArray();

        foreach (var (one, other) in before.Zip(on))
        {
            Assert.AreEqual(one.NGrams, other.NGrams);
            Assert.AreEqual(1, ColumnRow.Accuracy(other, _others), other.GetType().Name);
        }
    }

    [TestMethod]
    public void ATextIsReadOnceForTokensAndNGrams()
    {
        var model = (RevRnnClassificationTransformer)FitEach(_ => { }).First();
        var read = 0;
        var counted = _context.Transforms.CustomMapping<BodyRow, BodyRow>((from, to) =>
        {
            Interlocked.Increment(ref read);
            to.Body = from.Body;
        }, contractName: null).Fit(_others).Transform(_others);

        var scores = model.Transform(counted).GetColumn<float[]>("Score").ToArray();

        Assert.AreEqual(scores.Length, read);
    }

    [TestMethod]
    public void ItIsSaidHowMuchTheyCount()
    {
        var context = new MLContext(seed: 1);
        var lines = new List<string>();
        context.Log += (_, line) => lines.Add(line.Message);
        var options = Small.Classification();
        options.NGrams = new NGramOptions { HashBits = 14 };
        options.TextColumnName = "Body";

        context.MulticlassClassification.Trainers.RevLstm(options).Fit(_data);

        Assert.Contains(line => line.Contains("n-grams", StringComparison.Ordinal) && line.Contains("of the network", StringComparison.Ordinal), lines);
    }

    [TestMethod]
    public void AModelThatTellsNothingIsWarnedOf()
    {
        foreach (var tells in (bool[])[false, true])
        {
            var random = new Random(3);
            var data = ColumnRow.View(Enumerable.Range(0, 200).Select(i => new ColumnRow { Body = tells ? (i % 3 == 0 ? "yes" : "no") : $"w{random.Next(5)}" }.Labelled(i % 3 == 0)));
            foreach (var nGrams in (NGramOptions?[])[null, new NGramOptions { HashBits = 10 }])
            {
                var context = new MLContext(seed: 1);
                var warnings = new List<string>();
                context.Log += (_, line) => warnings.Add(line.Message);
                var options = Small.Binary();
                options.LabelColumnName = "Flag";
                options.TextColumnName = "Body";
                options.NGrams = nGrams;
                options.Training = options.Training with { MaximumEpochs = tells ? 10 : 1, ValidationFraction = 0.3f, LearningRate = tells ? 0.02f : 1e-4f };

                context.BinaryClassification.Trainers.RevGru(options).Fit(data);

                Assert.AreEqual(!tells, warnings.Exists(warning => warning.Contains("no better than its largest class", StringComparison.Ordinal)), $"{tells} {nGrams}");
            }
        }
    }

    private static IEnumerable<RevRnnPredictionTransformer> FitEach(Action<RevRnnTrainerOptions> change) => ColumnRow.FitEach(_data, options =>
    {
        options.TextColumnName = "Body";
        options.NGrams = new NGramOptions { HashBits = 14 };
        options.Training = options.Training with { MaximumEpochs = 2 };
        change(options);
    });

    private static string Scores(ITransformer model)
    {
        var scored = model.Transform(_others);
        return scored.Schema["Score"].Type is VectorDataViewType
            ? string.Join(' ', scored.GetColumn<float[]>("Score").SelectMany(values => values))
            : string.Join(' ', scored.GetColumn<float>("Score"));
    }

    private static string Stem(int i) => $"{(char)('a' + i % 23)}{(char)('a' + i % 19)}{(char)('a' + i % 7)}";

    private sealed class BodyRow
    {
        public string? Body { get; set; }
    }
}
