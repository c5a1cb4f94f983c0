using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Models that are fitted further, on other rows.</summary>
[TestClass]
public sealed class GoingOnTests
{
    private static readonly MLContext _context = new(seed: 5);

    /// <summary>Steps that are too small to change a score.</summary>
    private static TOptions Still<TOptions>(TOptions options)
        where TOptions : RevRnnOptions
    {
        options.Training = options.Training with { MaximumEpochs = 1, Optimizer = OptimizerKind.Sgd, LearningRate = 1e-7f, MaximumGradientNorm = 1e-4f };
        return options;
    }

    [TestMethod]
    public void WithoutTrainingTheModelsAreThePreviousOnes()
    {
        var rows = Trained.Tagged(40, seed: 6);
        CheckScores(Trained.Classifier, Classifier(Still(Small.Classification())).Fit(Trained.Keyed(), Trained.Classifier), Trained.Keyed());
        CheckScores(Trained.Binary, _context.BinaryClassification.Trainers.RevLstm(Still(Small.Binary())).Fit(rows, Trained.Binary), rows);
        CheckScores(Trained.MultiLabel, _context.MulticlassClassification.Trainers.RevLstmMultiLabel(Still(Small.MultiLabel())).Fit(rows, Trained.MultiLabel), rows);
        CheckScores(Trained.Tagger, _context.MulticlassClassification.Trainers.RevLstmTagger(Still(Small.Tagging())).Fit(rows, Trained.Tagger), rows);
        CheckScores(Trained.Features, _context.Transforms.RevGru(Still(Small.Features())).Fit(rows, Trained.Features), rows, "Features");
        var language = _context.Transforms.Text.RevLanguageModel(Still(Small.LanguageModel())).Fit(rows, Trained.LanguageModel);
        Assert.AreEqual(Trained.LanguageModel.Evaluate(rows).Perplexity, language.Evaluate(rows).Perplexity, 1e-3);
        Assert.AreEqual(1, language.Report!.Epochs.Count);
    }

    [TestMethod]
    public void TheLossGoesOnFromWhereItEnded()
    {
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 3, LearningRate = 2e-3f };
        var (data, validation) = (Trained.Keyed(60, seed: 12), Trained.Keyed(30, seed: 13));
        var before = Trained.Classifier.Report!;

        var on = Classifier(options).Fit(data, validation, Trained.Classifier).Report!;

        Assert.IsLessThan((before.Epochs[0].Loss + before.Epochs[^1].Loss) / 2, on.Epochs[0].Loss);
        Assert.IsLessThan(Classifier(options).Fit(data, validation).Report!.Epochs[0].Loss / 2, on.Epochs[0].Loss);
        Assert.IsLessThan(on.Epochs[0].Loss, on.Epochs[^1].Loss);
        Assert.IsNotNull(on.Epochs[0].ValidationLoss);
    }

    /// <summary>ULMFiT's second stage.</summary>
    [TestMethod]
    public void ALanguageModelIsAdaptedToADomain()
    {
        var general = Trained.LanguageModel;
        var domain = Trained.Texts([.. Enumerable.Repeat("the iron and the zinc of some gold", 30), .. Enumerable.Repeat("very copper gold and iron", 30)]);
        var options = Small.LanguageModel();
        options.EpochEnded = (_, model) => Assert.AreEqual(general.VocabularySize, model.VocabularySize);

        var adapted = _context.Transforms.Text.RevLanguageModel(options).Fit(domain, general);

        Assert.IsLessThan(general.Evaluate(domain).Perplexity / 2, adapted.Evaluate(domain).Perplexity);
        Assert.AreEqual(general.VocabularySize, adapted.VocabularySize);
        // What it knows starts a classifier as the general one does.
        var classifier = Small.Classification();
        classifier.LanguageModel = adapted;
        Assert.AreEqual(adapted.Network, Classifier(classifier).Fit(Trained.Keyed()).Network);
    }

    [TestMethod]
    public void WhatTheModelDoesNotKnowIsWarnedOf()
    {
        var context = new MLContext(seed: 5);
        var warnings = new List<string>();
        context.Log += (_, log) =>
        {
            if (log.Kind == Runtime.ChannelMessageKind.Warning)
                warnings.Add(log.Message);
        };

        var model = context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Trained.Texts("strange words and iron", "some wholly unheard-of text"), Trained.LanguageModel);

        Assert.IsTrue(warnings.Any(warning => warning.Contains("of the tokens in column 'Text' to train on are unknown. The tokens were learned from other texts.")));
        Assert.IsGreaterThan(0.5, model.Report!.UnknownTokenShare!.Value);
    }

    [TestMethod]
    public void ALoadedModelGoesOnToTheSameBytes()
    {
        var data = Trained.Keyed(40, seed: 9);
        var file = ModelFileImage.Of(Trained.Classifier).File;
        var expected = Classifier(Small.Classification()).Fit(data, Trained.Classifier);
        var before = ModelFileImage.ContentWithoutReport(Trained.Classifier);

        var actual = Classifier(Small.Classification()).Fit(data, (RevRnnClassificationTransformer)ModelFileImage.Load(file));

        CollectionAssert.AreEqual(ModelFileImage.ContentWithoutReport(expected), ModelFileImage.ContentWithoutReport(actual));
        CollectionAssert.AreEqual(before, ModelFileImage.ContentWithoutReport(Trained.Classifier), "It stays as it is.");
        CollectionAssert.AreNotEqual(before, ModelFileImage.ContentWithoutReport(actual));
        var again = (RevRnnClassificationTransformer)ModelFileImage.Load(ModelFileImage.Of(actual).File);
        CollectionAssert.AreEqual(Trained.ScoreBits(actual), Trained.ScoreBits(again));
    }

    [TestMethod]
    public void APartOfAPipelineGoesOn()
    {
        var data = Trained.Data();
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label").Append(Classifier(Small.Classification()));
        ITransformer loaded = ModelFileImage.Load(ModelFileImage.Of(pipeline.Fit(data)).File);

        var previous = ((IEnumerable<ITransformer>)loaded).OfType<RevRnnClassificationTransformer>().Single();

        Assert.AreEqual(previous.ClassCount, Classifier(Small.Classification()).Fit(Trained.Keyed(30, seed: 4), previous).ClassCount);
    }

    /// <summary>Keys of other rows are others, and classes may be missing.</summary>
    [TestMethod]
    public void LabelsAreComparedByValueAndMayBeMissing()
    {
        var rows = TestData.Rows(60, seed: 3).Where(row => row.Label != "fruit").Reverse().ToArray();
        var data = Keyed(rows);

        var on = Classifier(Small.Classification()).Fit(data, Trained.Classifier);

        Assert.AreEqual(3, on.ClassCount);
        // The keys are those of the model, so scored data has its own and the model's.
        var scored = on.Transform(data);
        CollectionAssert.AreEqual(new[] { "fruit", "metal", "weather" }, KeyValues(scored, "PredictedLabel"));
        CollectionAssert.AreNotEqual(KeyValues(scored, "PredictedLabel"), KeyValues(scored, "Label"));
        var names = KeyValues(scored, "Label");
        var predicted = scored.GetColumn<uint>("PredictedLabel").Select(key => KeyValues(scored, "PredictedLabel")[key - 1]);
        var right = scored.GetColumn<uint>("Label").Select(key => names[key - 1]).Zip(predicted).Count(pair => pair.First == pair.Second);
        Assert.IsGreaterThan(0.9 * rows.Length, right);
        Assert.AreEqual(3, Classifier(Still(Small.Classification())).Fit(Keyed([.. rows.Where(row => row.Label == "metal")]), Trained.Classifier).ClassCount);
    }

    [TestMethod]
    public void NewClassesAreRefusedByName()
    {
        LabelledText[] rows = [.. TestData.Rows(12), new() { Text = "steam", Label = "vapour" }, new() { Text = "ash", Label = "dust" }];
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Classifier(Small.Classification()).Fit(Keyed(rows), Trained.Classifier));

        StringAssert.Contains(failure.Message, "has labels that the model to go on with does not know: 'vapour', 'dust'. It knows 'fruit', 'metal', 'weather'.");
        StringAssert.Contains(failure.Message, "leave these rows out, or train anew");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(
            () => Classifier(Small.Classification()).Fit(Trained.Keyed(), Keyed(rows), Trained.Classifier)).Message, "of the validation data has labels that the model");

        var tagged = _context.Data.LoadFromEnumerable(new MixedText[] { new() { Text = "iron the", Tags = ["metal", "ore"] } });
        var ofTags = _context.Transforms.Conversion.MapValueToKey("Tags").Fit(tagged).Transform(tagged);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => TextTagger().Fit(ofTags, TextTagger().Fit(Trained.Tagged(40)))).Message, "does not know: 'ore'");
    }

    [TestMethod]
    public void LabelSetsGoOnByNameOrPlace()
    {
        var options = Still(Small.MultiLabel());
        options.LabelColumnName = "Kinds";
        var trainer = _context.MulticlassClassification.Trainers.RevLstmMultiLabel(options);
        var previous = trainer.Fit(Trained.Tagged(40));
        var rows = _context.Data.LoadFromEnumerable(new MixedText[] { new() { Text = "iron", Kinds = ["metal"] }, new() { Text = "steam", Kinds = ["gas"] } });
        var keyed = _context.Transforms.Conversion.MapValueToKey("Kinds").Fit(rows).Transform(rows);

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(keyed, previous)).Message, "does not know: 'gas'");
        Assert.AreEqual(3, trainer.Fit(_context.Data.TakeRows(keyed, 1), previous).LabelCount);
        // Flags without names are known by their place.
        options.LabelColumnName = "Flags";
        Assert.AreEqual(3, _context.MulticlassClassification.Trainers.RevLstmMultiLabel(options).Fit(Trained.Mixed(40), previous).LabelCount);
    }

    [TestMethod]
    public void ATemperatureIsNotKept()
    {
        var calibrated = Trained.Classifier.Calibrate(Trained.Keyed(seed: 5));
        Assert.AreNotEqual(1, calibrated.Temperature);

        CheckScores(Trained.Classifier, Classifier(Still(Small.Classification())).Fit(Trained.Keyed(), calibrated), Trained.Keyed());
    }

    [TestMethod]
    public void OptionsThatContradictAreRefused()
    {
        var previous = Trained.Classifier;
        Refused(network => network with { HiddenSize = 32 }, "HiddenSize is 32, and that of the model to go on with is 16", "set it to 16");
        Refused(network => network with { EmbeddingSize = 9 }, "EmbeddingSize is 9, and that of the model to go on with is 8");
        Refused(network => network with { LayerCount = 2 }, "LayerCount is 2, and that of the model to go on with is 1");
        Refused(network => network with { Bidirectional = true }, "Bidirectional is True, and that of the model to go on with is False");
        Refused(network => network with { Pooling = PoolingKind.Attention }, "Pooling is Attention, and that of the model to go on with is MeanMax");
        Refused(network => network with { ForgettingLimit = ForgettingLimit.OneBit }, "ForgettingLimit is OneBit, and that of the model to go on with is ThreeBits");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(Trained.Keyed(), previous)).Message,
            "Cell of the model to go on with is RevLstm; RevGru was asked for. Use the method of the same name as its cell.");
        foreach (var (vocabulary, part) in new[]
            {
                (new VocabularyOptions { Kind = TokenKind.Bytes }, "Kind is Bytes, and that of the model to go on with is Words"),
                (new VocabularyOptions { Lowercase = false }, "Lowercase is False, and that of the model to go on with is True"),
                (new VocabularyOptions { Normalization = TextNormalization.None }, "Normalization is None, and that of the model to go on with is Canonical"),
            })
        {
            var options = Small.Classification();
            options.Vocabulary = vocabulary;
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Classifier(options).Fit(Trained.Keyed(), previous)).Message, part);
        }

        void Refused(Func<NetworkOptions, NetworkOptions> change, params string[] parts)
        {
            var options = Small.Classification();
            options.Network = change(options.Network);
            var failure = Assert.ThrowsExactly<ArgumentException>(() => Classifier(options).Fit(Trained.Keyed(), previous));
            foreach (var part in parts)
                StringAssert.Contains(failure.Message, part);
        }
    }

    /// <summary>What the options leave at its default is the model's.</summary>
    [TestMethod]
    public void TheModelDecidesWhatIsLeftOpen()
    {
        var options = Still(new RevRnnClassificationOptions());

        Assert.AreEqual(Trained.Classifier.Network, Classifier(options).Fit(Trained.Keyed(), Trained.Classifier).Network);
    }

    [TestMethod]
    public void EveryOptionOfTheNetworkIsCompared()
    {
        var options = Small.LanguageModel();
        foreach (var property in typeof(NetworkOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(
            property => property.Name is not (nameof(NetworkOptions.Pooling) or nameof(NetworkOptions.LongestTimeConstant) or nameof(NetworkOptions.CarryFraction))))
        {
            var network = Trained.LanguageModel.Network with { };
            property.SetValue(network, property.PropertyType == typeof(bool) ? !(bool)property.GetValue(new NetworkOptions())! : property.PropertyType == typeof(int) ? property.Name == nameof(NetworkOptions.NestingDepth) ? 3 : 6 : Enum.ToObject(property.PropertyType, 1));
            options.Network = network;
            if (property.Name == nameof(NetworkOptions.Bidirectional))
                continue;
            var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data(), Trained.LanguageModel), property.Name);
            StringAssert.StartsWith(failure.Message, property.Name + " ");
        }
    }

    [TestMethod]
    public void ALanguageModelToStartFromIsAnotherStart()
    {
        var options = Small.Classification();
        options.LanguageModel = Trained.LanguageModel;
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Classifier(options).Fit(Trained.Keyed(), Trained.Classifier));

        StringAssert.Contains(failure.Message, "LanguageModel is set, and Fit was given a model to go on with");
        StringAssert.Contains(failure.Message, "Leave either out.");
        var features = Small.Features();
        features.LanguageModel = Trained.LanguageModel;
        Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.RevLstm(features).Fit(Trained.Data(), Trained.Features));
        Assert.ThrowsExactly<ArgumentNullException>(() => Classifier(Small.Classification()).Fit(Trained.Keyed(), (RevRnnClassificationTransformer)null!));
    }

    [TestMethod]
    public void AColumnOfAnotherKindIsRefused()
        => StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Trained.Data(), Trained.KeyModel)).Message,
            "it must be a vector of Key<UInt32>");

    private static RevRnnClassificationTrainer Classifier(RevRnnClassificationOptions options) => _context.MulticlassClassification.Trainers.RevLstm(options);

    private static RevRnnTaggingTrainer TextTagger()
        => _context.MulticlassClassification.Trainers.RevLstmTagger((RevRnnTaggingOptions)EachTrainer.Options(TrainerKind.Tagger));

    private static IDataView Keyed(IEnumerable<LabelledText> rows)
    {
        var data = _context.Data.LoadFromEnumerable(rows);
        return _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private static string[] KeyValues(IDataView view, string column)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        view.Schema[column].GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    private static void CheckScores(ITransformer expected, ITransformer actual, IDataView data, string column = "Score")
    {
        Assert.AreNotSame(expected, actual);
        foreach (var (one, other) in Values(expected).Zip(Values(actual)))
            Assert.AreEqual(one, other, 1e-3f);

        float[] Values(ITransformer model)
        {
            var scored = model.Transform(data);
            return scored.Schema[column].Type is VectorDataViewType
                ? [.. scored.GetColumn<VBuffer<float>>(column).SelectMany(values => values.DenseValues())]
                : [.. scored.GetColumn<float>(column)];
        }
    }
}
