using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Networks in two directions, and each way of pooling: trained, saved, loaded; and refused where there is none.</summary>
[TestClass]
public sealed class NetworkShapeTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(false, PoolingKind.MeanMax)]
    [DataRow(false, PoolingKind.Mean)]
    [DataRow(false, PoolingKind.Max)]
    [DataRow(false, PoolingKind.Last)]
    [DataRow(false, PoolingKind.Attention)]
    [DataRow(true, PoolingKind.MeanMax)]
    [DataRow(true, PoolingKind.Mean)]
    [DataRow(true, PoolingKind.Max)]
    [DataRow(true, PoolingKind.Last)]
    [DataRow(true, PoolingKind.Attention)]
    public void ClassifiersOfEachShapeLearnAndAreSaved(bool bidirectional, PoolingKind pooling)
    {
        var (classification, binary, multiLabel) = (Small.Classification(), Small.Binary(), Small.MultiLabel());
        foreach (var options in new RevRnnOptions[] { classification, binary, multiLabel })
            options.Network = options.Network with { Bidirectional = bidirectional, Pooling = pooling };

        var classifier = _context.MulticlassClassification.Trainers.RevLstm(classification).Fit(Trained.Keyed());
        var binaryClassifier = _context.BinaryClassification.Trainers.RevGru(binary).Fit(Trained.Mixed());
        var multiLabelClassifier = _context.MulticlassClassification.Trainers.RevLstmMultiLabel(multiLabel).Fit(Trained.Mixed());

        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(classifier.Transform(Trained.Keyed(30, seed: 2))).MicroAccuracy);
        Assert.IsGreaterThan(0.85, _context.BinaryClassification.Evaluate(binaryClassifier.Transform(Trained.Mixed(seed: 2)), "HasMetal").Accuracy);
        Assert.IsLessThan(multiLabelClassifier.Report!.Epochs[0].Loss / 2, multiLabelClassifier.Report.Epochs[^1].Loss);
        foreach (var model in new RevRnnPredictionTransformer[] { classifier, binaryClassifier, multiLabelClassifier })
        {
            Assert.AreEqual((bidirectional, pooling), (model.Network.Bidirectional, model.Network.Pooling));
            var loaded = (RevRnnTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
            Assert.AreEqual(model.Network, loaded.Network);
            CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(loaded));
        }
    }

    /// <summary>That the options arrive: each shape is another model.</summary>
    [TestMethod]
    public void EachShapeIsAnotherModel()
    {
        var lines = new List<string>();
        foreach (var bidirectional in new[] { false, true })
        {
            foreach (var pooling in Enum.GetValues<PoolingKind>())
            {
                var options = Small.Classification();
                options.Network = options.Network with { Bidirectional = bidirectional, Pooling = pooling };
                options.Training = options.Training with { MaximumEpochs = 1 };
                lines.Add(Trained.ScoreBits(_context.MulticlassClassification.Trainers.RevGru(options).Fit(Trained.Keyed(20)))[0]);
            }
        }

        Assert.HasCount(12, lines.Distinct().ToArray());
    }

    [TestMethod]
    public void AnotherProcessReadsInBothDirections()
    {
        var options = Small.Binary();
        options.Network = options.Network with { Bidirectional = true, Pooling = PoolingKind.Attention };
        var model = _context.BinaryClassification.Trainers.RevLstm(options).Fit(Trained.Mixed());
        using var folder = new TemporaryFolder();
        _context.Model.Save(model, null, folder.File("model.zip"));

        CollectionAssert.AreEqual(Trained.ScoreBits(model), OtherProcess.Lines(folder.File("model.zip"), "Score"));
    }

    /// <summary>Features of both directions: those of the second one are of what comes after a token, so that they know the last words first.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void FeaturesOfBothDirections(CellKind cell)
    {
        var options = Small.Features();
        options.Network = options.Network with { Bidirectional = true };
        var estimator = cell == CellKind.RevLstm ? _context.Transforms.RevLstm(options) : _context.Transforms.RevGru(options);

        var model = estimator.Fit(Trained.Data());

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 32), model.Transform(Trained.Probes()).Schema["Features"].Type);
        Assert.IsLessThan(model.Report!.Epochs[0].Loss, model.Report.Epochs[^1].Loss);
        var loaded = ModelFileImage.Load(ModelFileImage.Of(model).File);
        CollectionAssert.AreEqual(Bits.Lines(model.Transform(Trained.Probes()), "Features"), Bits.Lines(loaded.Transform(Trained.Probes()), "Features"));
        foreach (var features in model.Transform(Trained.Probes()).GetColumn<float[]>("Features"))
            Assert.AreNotEqual(Bits.Line(features[..16]), Bits.Line(features[16..]));
    }

    [TestMethod]
    public void ThePromiseOfFeaturesOfBothDirectionsIsAsLongAsTheyAre()
    {
        var options = Small.Features();
        options.Network = options.Network with { Bidirectional = true };
        var data = Trained.Data();

        var transformed = _context.Transforms.RevGru(options).Append(_context.Transforms.NormalizeMinMax("Features")).Fit(data).Transform(data);

        Assert.HasCount(32, transformed.GetColumn<float[]>("Features").First());
    }

    /// <summary>Tied to its token vectors, the top layer of each direction has as many units as those.</summary>
    [TestMethod]
    public void FeaturesOfBothDirectionsWithTiedTokenVectorsAndSkips()
    {
        var options = Small.Features();
        options.Network = options.Network with { Bidirectional = true, LayerCount = 3, TieEmbeddings = true, SkipConnections = true };

        var model = _context.Transforms.RevLstm(options).Fit(Trained.Data());

        var features = Bits.Lines(model.Transform(Trained.Probes()), "Features");
        Assert.HasCount(2 * options.Network.EmbeddingSize, features[0].Split(' '));
        Assert.AreEqual(2 * options.Network.EmbeddingSize, ((VectorDataViewType)model.GetOutputSchema(Trained.Data().Schema)["Features"].Type).Size);
        CollectionAssert.AreEqual(features, Bits.Lines(ModelFileImage.Load(ModelFileImage.Of(model).File).Transform(Trained.Probes()), "Features"));
    }

    [TestMethod]
    public void ALanguageModelReadsForwardsOnly()
    {
        var options = Small.LanguageModel();
        options.Network = options.Network with { Bidirectional = true };

        AssertRefused("Bidirectional is set; a language model reads forwards only", () => _context.Transforms.Text.RevLanguageModel(options));
    }

    [TestMethod]
    public void ATaggerThatFeedsBackReadsForwardsOnly()
    {
        var options = Small.Tagging();
        options.Network = options.Network with { Bidirectional = true, Feedback = FeedbackKind.Output };

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Trainers.RevGruTagger(options));

        StringAssert.Contains(failure.Message, "Feedback must be None where Bidirectional is set");
    }

    [TestMethod]
    public void ALanguageModelIsNoStartForTwoDirections()
    {
        var (classification, binary, multiLabel, features) = (Small.Classification(), Small.Binary(), Small.MultiLabel(), Small.Features());
        foreach (var options in new RevRnnOptions[] { classification, binary, multiLabel, features })
            options.Network = options.Network with { Bidirectional = true };
        classification.LanguageModel = binary.LanguageModel = multiLabel.LanguageModel = features.LanguageModel = Trained.LanguageModel;

        foreach (var make in new Action[]
        {
            () => _context.MulticlassClassification.Trainers.RevLstm(classification),
            () => _context.BinaryClassification.Trainers.RevLstm(binary),
            () => _context.MulticlassClassification.Trainers.RevLstmMultiLabel(multiLabel),
            () => _context.Transforms.RevLstm(features),
        })
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(make);
            Assert.AreEqual("LanguageModel", failure.ParamName);
            StringAssert.Contains(failure.Message, "Bidirectional is set, and LanguageModel too; a language model reads forwards only");
        }
    }

    [TestMethod]
    public void ThePoolingOverALanguageModelIsThatOfTheOptions()
    {
        var options = Small.Classification();
        options.LanguageModel = Trained.LanguageModel;
        options.Network = options.Network with { Pooling = PoolingKind.Max, HiddenSize = 64 };

        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        Assert.AreEqual(Trained.LanguageModel.Network with { Pooling = PoolingKind.Max }, model.Network);
    }

    private static void AssertRefused(string message, Action make)
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(make);
        Assert.AreEqual("Bidirectional", failure.ParamName);
        StringAssert.Contains(failure.Message, message);
        StringAssert.Contains(failure.Message, "Leave it unset in Network.");
    }
}
