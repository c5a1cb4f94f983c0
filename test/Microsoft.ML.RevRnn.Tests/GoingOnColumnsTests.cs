using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Models of several columns that are fitted further, on other rows.</summary>
[TestClass]
public sealed class GoingOnColumnsTests
{
    private static readonly string[] _texts = ["Title", "Body"];
    private static readonly string[] _numbers = ["Price", "Sizes"];
    private static readonly IDataView _data = Data();

    private static readonly RevRnnPredictionTransformer[] _previous = [.. ColumnRow.FitEach(_data, Columns)];

    /// <summary>Of rows of one class the mean is another; numbers mean what they did.</summary>
    [TestMethod]
    public void WithoutTrainingTheModelsAreThePreviousOnes()
    {
        var ofOneClass = Data(row => row.Flag);
        var still = ColumnRow.FitEach(ofOneClass, Still(Columns), _previous).ToArray();

        foreach (var (one, other) in _previous.Zip(still))
        {
            Assert.AreEqual(1, ColumnRow.Accuracy(one, _data));
            CollectionAssert.AreEqual(_texts, other.InputColumnNames.ToArray());
            CollectionAssert.AreEqual(_numbers, other.FeatureColumnNames.ToArray());
            foreach (var (expected, actual) in Scores(one).Zip(Scores(other)))
                Assert.AreEqual(expected, actual, 1e-3f, one.GetType().Name);
        }
    }

    [TestMethod]
    public void TheLossGoesOnFromWhereItEnded()
    {
        foreach (var (before, on) in _previous.Zip(ColumnRow.FitEach(_data, TwoEpochs, _previous)))
        {
            Assert.IsLessThan(before.Report!.Epochs[0].Loss / 2, on.Report!.Epochs[0].Loss, on.GetType().Name);
            Assert.AreEqual(1, ColumnRow.Accuracy(on, _data));
        }
    }

    [TestMethod]
    public void LoadedModelsGoOnToTheSameBytes()
    {
        RevRnnPredictionTransformer[] loaded = [.. _previous.Select(model => (RevRnnPredictionTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File))];
        foreach (var (expected, actual) in ColumnRow.FitEach(_data, TwoEpochs, _previous).Zip(ColumnRow.FitEach(_data, TwoEpochs, loaded)))
        {
            CollectionAssert.AreEqual(ModelFileImage.ContentWithoutReport(expected), ModelFileImage.ContentWithoutReport(actual));
            CollectionAssert.AreEqual(Bits.Lines(actual.Transform(_data), "Score"), Bits.Lines(ModelFileImage.Load(ModelFileImage.Of(actual).File).Transform(_data), "Score"));
        }
    }

    [TestMethod]
    public void AValidationSetIsReadWithTheSameColumns()
    {
        var options = Small.Binary();
        (options.LabelColumnName, options.Training) = ("Flag", options.Training with { MaximumEpochs = 1 });
        Columns(options);

        var on = Trained.Context.BinaryClassification.Trainers.RevGru(options).Fit(_data, Data(row => row.Flag), (RevRnnBinaryClassificationTransformer)_previous[1]);

        Assert.AreEqual(1.0, on.Report!.Epochs[0].ValidationAccuracy);
    }

    [TestMethod]
    public void OtherColumnsAreRefused()
    {
        Refused(
            options => options.FeatureColumnNames = null,
            "The options name no FeatureColumnNames, and the model to go on with reads the columns 'Price', 'Sizes', which going on cannot change. " +
            "Name the same in FeatureColumnNames, in the same order");
        Refused(options => options.FeatureColumnNames = ["Sizes", "Price"], "name the columns 'Sizes', 'Price', and the model to go on with reads the columns 'Price', 'Sizes'");
        Refused(options => options.FeatureColumnNames = ["Price"], "name the column 'Price', and");
        Refused(options => options.TextColumnNames = ["Body", "Title"], "name the columns 'Body', 'Title', and the model to go on with reads the columns 'Title', 'Body'");
        Refused(options => (options.TextColumnNames, options.TextColumnName) = (null, "Title"), "name the column 'Title', and", "Name the same in TextColumnNames");

        static void Refused(Action<RevRnnTrainerOptions> change, params string[] parts)
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => ColumnRow.FitEach(_data, Columns + change, _previous).First());
            foreach (var part in parts)
                StringAssert.Contains(failure.Message, part);
        }
    }

    [TestMethod]
    public void AModelOfOneTextTakesNoNumbersAndAnyName()
    {
        var previous = ColumnRow.FitEach(_data, options => options.TextColumnName = "Title").ToArray();

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(
                () => ColumnRow.FitEach(_data, options => (options.TextColumnName, options.FeatureColumnNames) = ("Title", _numbers), previous).First()).Message,
            "reads no FeatureColumnNames, which going on cannot change. Leave FeatureColumnNames out;");
        Assert.AreEqual("Body", ColumnRow.FitEach(_data, Still(options => options.TextColumnName = "Body"), previous).First().InputColumnName);
    }

    [TestMethod]
    public void ColumnsMustBeThereAndAsLong()
    {
        var context = Trained.Context;
        var longer = context.Transforms.Concatenate("Sizes", "Sizes", "Price").Fit(_data).Transform(_data);
        var without = context.Transforms.DropColumns("Body").Fit(_data).Transform(_data);

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ColumnRow.FitEach(longer, Columns, _previous).First()).Message,
            "The feature column 'Sizes' is Vector<Single, 4>; it must be a vector of 3 Single.");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ColumnRow.FitEach(without, Columns, _previous).First()).Message, "no column 'Body'");
    }

    [TestMethod]
    public void AMissingNumberIsTheMeanOfTheModel()
    {
        var context = new MLContext(seed: 3);
        var warnings = new List<string>();
        context.Log += (_, log) =>
        {
            if (log.Kind == ChannelMessageKind.Warning)
                warnings.Add(log.RawMessage);
        };
        var options = Small.Binary();
        options.LabelColumnName = "Flag";
        Still(Columns)(options);

        context.BinaryClassification.Trainers.RevGru(options).Fit(Data(price: float.NaN), (RevRnnBinaryClassificationTransformer)_previous[1]);

        StringAssert.EndsWith(warnings.Single(), "in the feature columns 'Price', 'Sizes'; the mean that the model to go on with has stands for it.");
    }

    [TestMethod]
    public void OtherModelsKeepTheirColumnsToo()
    {
        var (language, features) = (Small.LanguageModel(), Small.Features());
        (language.InputColumnNames, features.InputColumnNames) = (_texts, _texts);
        var languageModel = Trained.Context.Transforms.Text.RevLanguageModel(language).Fit(_data);
        var encoder = Trained.Context.Transforms.RevLstm(features).Fit(_data);

        CollectionAssert.AreEqual(_texts, Trained.Context.Transforms.Text.RevLanguageModel(language).Fit(_data, languageModel).InputColumnNames.ToArray());
        CollectionAssert.AreEqual(_texts, Trained.Context.Transforms.RevLstm(features).Fit(_data, encoder).InputColumnNames.ToArray());
        (language.InputColumnNames, features.InputColumnNames) = (["Body", "Title"], ["Body"]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Trained.Context.Transforms.Text.RevLanguageModel(language).Fit(_data, languageModel)).Message,
            "Name the same in InputColumnNames, in the same order");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Trained.Context.Transforms.RevLstm(features).Fit(_data, encoder)).Message,
            "name the column 'Body', and the model to go on with reads the columns 'Title', 'Body'");
    }

    [TestMethod]
    public void FeaturesOfAClassifierAreNotGoneOnWith()
    {
        var ofClassifier = Trained.Classifier.ToFeatures();
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Trained.Context.Transforms.RevLstm(Small.Features()).Fit(Trained.Data(), ofClassifier)).Message,
            "Go on with the classifier");
        var options = Small.Features();
        options.Encoder = ofClassifier;
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Trained.Context.Transforms.RevLstm(options).Fit(Trained.Data(), Trained.Features)).Message,
            "Encoder is set, and Fit was given a model to go on with");
    }

    private static void Columns(RevRnnTrainerOptions options) => (options.TextColumnNames, options.FeatureColumnNames) = (_texts, _numbers);

    private static void TwoEpochs(RevRnnTrainerOptions options)
    {
        Columns(options);
        options.Training = options.Training with { MaximumEpochs = 2 };
    }

    /// <summary>Steps that are too small to change a score.</summary>
    private static Action<RevRnnTrainerOptions> Still(Action<RevRnnTrainerOptions> change) => options =>
    {
        change(options);
        options.Training = options.Training with { MaximumEpochs = 1, Optimizer = OptimizerKind.Sgd, LearningRate = 1e-7f, MaximumGradientNorm = 1e-4f };
    };

    private static float[] Scores(ITransformer model)
    {
        var scored = model.Transform(_data);
        return scored.Schema["Score"].Type is VectorDataViewType
            ? [.. scored.GetColumn<VBuffer<float>>("Score").SelectMany(values => values.DenseValues())]
            : [.. scored.GetColumn<float>("Score")];
    }

    /// <summary>Rows whose text says a part of the label, and whose price says all.</summary>
    private static IDataView Data(Func<ColumnRow, bool>? filter = null, float? price = null) => ColumnRow.View(Enumerable.Range(0, 60).Select(i => new ColumnRow
    {
        Title = i % 3 == 0 ? "some news" : "old news",
        Body = i % 4 == 0 ? "all is well" : "nothing",
        Price = i % 10 == 3 && price is { } given ? given : i % 2 == 0 ? 150 + i : 10 + i % 7,
        Sizes = [i % 5, i % 2 == 0 ? 0.001f : -0.001f, 1],
    }.Labelled(i % 2 == 0)).Where(row => filter == null || filter(row)));
}
