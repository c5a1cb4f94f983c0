using System.Reflection;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Options are checked when the estimator is made, and their defaults are the engine's.</summary>
[TestClass]
public sealed class OptionsTests
{
    private readonly MLContext _context = new();

    [TestMethod]
    [DataRow(nameof(NetworkOptions.EmbeddingSize), 0, "from 1 to 4096")]
    [DataRow(nameof(NetworkOptions.HiddenSize), 10_000, "from 2 to 8192")]
    [DataRow(nameof(NetworkOptions.HiddenSize), 3, "even")]
    [DataRow(nameof(NetworkOptions.LayerCount), 0, "from 1 to 8")]
    [DataRow(nameof(NetworkOptions.ForgettingLimit), (ForgettingLimit)4, "ThreeBits")]
    public void ANetworkOptionOutOfItsRangeIsNamed(string option, object value, string range)
    {
        var network = new NetworkOptions();
        typeof(NetworkOptions).GetProperty(option)!.SetValue(network, value);
        foreach (var options in EachKind())
        {
            options.Network = network;
            AssertNamed(options, option, range);
        }
    }

    [TestMethod]
    [DataRow(nameof(TrainingOptions.MaximumEpochs), 0, "from 1 to 10000")]
    [DataRow(nameof(TrainingOptions.BatchSize), 5000, "from 1 to 4096")]
    [DataRow(nameof(TrainingOptions.LearningRate), float.NaN, "from 1E-07 to 100")]
    [DataRow(nameof(TrainingOptions.Optimizer), (OptimizerKind)2, "AdamW, Sgd")]
    [DataRow(nameof(TrainingOptions.Schedule), (LearningRateSchedule)(-1), "Cosine")]
    [DataRow(nameof(TrainingOptions.WarmUpFraction), 0.91f, "from 0 to 0.9")]
    [DataRow(nameof(TrainingOptions.NonMonotoneEpochs), 0, "from 1 to 10000")]
    [DataRow(nameof(TrainingOptions.MemoryBudget), 0L, "from 1 to 1125899906842624")]
    [DataRow(nameof(TrainingOptions.MaximumMinutes), 0.0, "from 1E-09 to 1000000")]
    [DataRow(nameof(TrainingOptions.WeightDecay), -1f, "from 0 to 1")]
    [DataRow(nameof(TrainingOptions.MaximumGradientNorm), 0f, "from 0.0001 to 1000000")]
    [DataRow(nameof(TrainingOptions.Dropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(TrainingOptions.ValidationFraction), 0.6f, "from 0 to 0.5")]
    [DataRow(nameof(TrainingOptions.Patience), 0, "from 1 to 10000")]
    [DataRow(nameof(TrainingOptions.ActivationStrategy), (ActivationStrategy)9, "Reversible")]
    [DataRow(nameof(TrainingOptions.ThreadCount), 0, "from 1 to 256")]
    public void ATrainingOptionOutOfItsRangeIsNamed(string option, object value, string range)
    {
        var training = new TrainingOptions();
        typeof(TrainingOptions).GetProperty(option)!.SetValue(training, value);
        foreach (var options in EachKind())
        {
            options.Training = training;
            AssertNamed(options, option, range);
        }
    }

    [TestMethod]
    public void ARecordOfOptionsIsNeverNull()
    {
        foreach (var options in EachKind())
        {
            Assert.AreEqual("Vocabulary", Assert.ThrowsExactly<ArgumentNullException>(() => options.Vocabulary = null!).ParamName);
            Assert.AreEqual("Network", Assert.ThrowsExactly<ArgumentNullException>(() => options.Network = null!).ParamName);
            Assert.AreEqual("Training", Assert.ThrowsExactly<ArgumentNullException>(() => options.Training = null!).ParamName);
        }
        Assert.AreEqual("Model", Assert.ThrowsExactly<ArgumentNullException>(() => new RevLanguageModelOptions { Model = null! }).ParamName);
        Assert.AreEqual("FineTuning", Assert.ThrowsExactly<ArgumentNullException>(() => new RevRnnClassificationOptions { FineTuning = null! }).ParamName);
    }

    [TestMethod]
    public void VocabularyOptionsAreChecked()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Make(new RevRnnFeaturesOptions { Vocabulary = new() { MaximumSize = 1 } }));
        Assert.AreEqual(nameof(VocabularyOptions.MaximumSize), failure.ParamName);
    }

    [TestMethod]
    [DataRow(nameof(RevRnnClassificationOptions.LabelColumnName))]
    [DataRow(nameof(RevRnnClassificationOptions.TextColumnName))]
    [DataRow(nameof(RevRnnClassificationOptions.ScoreColumnName))]
    [DataRow(nameof(RevRnnClassificationOptions.PredictedLabelColumnName))]
    public void ColumnsMustHaveNames(string option)
    {
        var options = new RevRnnClassificationOptions();
        typeof(RevRnnClassificationOptions).GetProperty(option)!.SetValue(options, "");

        Assert.AreEqual(option, Assert.ThrowsExactly<ArgumentException>(() => Make(options)).ParamName);
    }

    [TestMethod]
    public void OutputColumnsMustDiffer()
    {
        Assert.ThrowsExactly<ArgumentException>(
            () => Make(new RevRnnClassificationOptions { ScoreColumnName = "X", PredictedLabelColumnName = "X" }));
        Assert.ThrowsExactly<ArgumentException>(() => Make(new RevRnnFeaturesOptions { OutputColumnName = " " }));
    }

    [TestMethod]
    public void LaterChangesHaveNoEffect()
    {
        var options = Small.Classification();
        var trainer = _context.MulticlassClassification.Trainers.RevLstm(options);
        options.Training = options.Training with { MaximumEpochs = 0 };
        options.ScoreColumnName = "Other";

        var model = trainer.Fit(Trained.Keyed());

        Assert.HasCount(8, model.Report!.Epochs);
        Assert.AreEqual("Score", model.ScoreColumnName);
    }

    [TestMethod]
    public void DefaultsAreTheEngines()
    {
        foreach (var options in EachKind())
        {
            Assert.AreEqual(new NetworkOptions(), options.Network);
            Assert.AreEqual(new TrainingOptions(), options.Training);
            Assert.AreEqual(
                options is RevTranslationOptions ? new VocabularyOptions { Kind = TokenKind.BytePairs, MaximumSize = 8_000 } : new VocabularyOptions(), options.Vocabulary);
        }
        Assert.AreEqual(new TranslationOptions(), new RevTranslationOptions().Model);
        Assert.AreEqual(new DecodingOptions(), new RevTranslationOptions().Decoding);
        Assert.AreEqual(new LanguageModelOptions(), new RevLanguageModelOptions().Model);
        Assert.AreEqual(new FineTuningOptions(), new RevRnnClassificationOptions().FineTuning);
    }

    [TestMethod]
    public void TheMethodDecidesOnTheCell()
    {
        var network = new NetworkOptions { Cell = CellKind.Gru, EmbeddingSize = 4, HiddenSize = 8, Pooling = PoolingKind.MeanMax };
        var classification = Small.Classification();
        classification.Network = network;
        var features = Small.Features();
        features.Network = network;
        var languageModel = Small.LanguageModel();
        languageModel.Network = network;

        Assert.AreEqual(network with { Cell = CellKind.RevLstm }, _context.MulticlassClassification.Trainers.RevLstm(classification).Fit(Trained.Keyed(20)).Network);
        Assert.AreEqual(network with { Cell = CellKind.RevGru }, _context.Transforms.RevGru(features).Fit(Trained.Data(20)).Network);
        Assert.AreEqual(network, _context.Transforms.Text.RevLanguageModel(languageModel).Fit(Trained.Data(20)).Network);
        Assert.AreEqual(network, classification.Network);
    }

    /// <summary>Default values of arguments must be written down, so they could part from those of the options.</summary>
    [TestMethod]
    public void DefaultArgumentsAreTheDefaultOptions()
    {
        foreach (var method in typeof(RevRnnCatalog).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            // An estimator's first type argument is the type of its options.
            var options = Activator.CreateInstance(method.ReturnType.BaseType!.GenericTypeArguments[0])!;
            AssertDefaultsAgree(method, (RevRnnOptions)options, except: "inputColumnName");
        }
        foreach (var method in typeof(RevLanguageModelCatalog).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            AssertDefaultsAgree(method, new RevLanguageModelOptions(), except: "tokens");
            Assert.AreEqual(new VocabularyOptions().Kind, method.GetParameters().FirstOrDefault(p => p.Name == "tokens")?.DefaultValue ?? TokenKind.Words);
        }
        foreach (var method in typeof(RevTranslationCatalog).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            var options = new RevTranslationOptions();
            AssertDefaultsAgree(method, options, except: "tokens");
            Assert.AreEqual(options.Vocabulary.Kind, method.GetParameters().FirstOrDefault(p => p.Name == "tokens")?.DefaultValue ?? options.Vocabulary.Kind);
        }
    }

    /// <summary>Every argument must arrive at the option of its name.</summary>
    [TestMethod]
    public void ArgumentsBecomeOptions()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Trainers.RevLstm(hiddenSize: 3));
        Assert.AreEqual("HiddenSize", failure.ParamName);
        failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.MulticlassClassification.Trainers.RevGru(batchSize: 0));
        Assert.AreEqual("BatchSize", failure.ParamName);
        failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.RevLstm("Features", maximumEpochs: 0));
        Assert.AreEqual("MaximumEpochs", failure.ParamName);
        failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.RevGru("Features", learningRate: 101));
        Assert.AreEqual("LearningRate", failure.ParamName);

        var epochs = new List<int>();
        var listener = new Listener(p => epochs.Add(p.Epoch));
        var model = _context.MulticlassClassification.Trainers
            .RevGru("Label", "Text", "S", "P", hiddenSize: 8, maximumEpochs: 2, batchSize: 8, learningRate: 0.01f, listener)
            .Fit(Trained.Keyed(20));

        Assert.AreEqual(CellKind.RevGru, model.Network.Cell);
        Assert.AreEqual(8, model.Network.HiddenSize);
        Assert.AreEqual("S", model.ScoreColumnName);
        Assert.AreEqual("P", model.PredictedLabelColumnName);
        CollectionAssert.AreEqual(new[] { 1, 2 }, epochs.Distinct().ToArray());
        var features = _context.Transforms.RevLstm("Out", "Text", hiddenSize: 4, maximumEpochs: 1, batchSize: 8).Fit(Trained.Data(20));
        Assert.AreEqual(CellKind.RevLstm, features.Network.Cell);
        Assert.AreEqual("Out", features.OutputColumnName);
    }

    [TestMethod]
    public void EachMethodsArgumentsBecomeOptions()
    {
        var epochs = new List<int>();
        var listener = new Listener(p => epochs.Add(p.Epoch));
        var binaries = _context.BinaryClassification.Trainers;
        var trainers = _context.MulticlassClassification.Trainers;

        var data = Trained.Tagged(20);
        const float Rate = 0.01f;

        var binary = binaries.RevLstm("HasMetal", "Words", "S", "P", "L", hiddenSize: 8, maximumEpochs: 2, batchSize: 9, Rate, listener).Fit(data);
        AssertMade(binary, CellKind.RevLstm, "Words");
        Assert.AreEqual("P", binary.ProbabilityColumnName);
        binary = binaries.RevGru("HasMetal", "Text", "S", "P", "L", hiddenSize: 8, maximumEpochs: 2, batchSize: 9, Rate, listener).Fit(data);
        AssertMade(binary, CellKind.RevGru, "Text");
        Assert.AreEqual("P", binary.ProbabilityColumnName);
        var multiLabel = trainers.RevLstmMultiLabel("Flags", "Text", "S", "L", hiddenSize: 8, maximumEpochs: 2, batchSize: 9, Rate, listener).Fit(data);
        AssertMade(multiLabel, CellKind.RevLstm, "Text");
        multiLabel = trainers.RevGruMultiLabel("Kinds", "Words", "S", "L", hiddenSize: 8, maximumEpochs: 2, batchSize: 9, Rate, listener).Fit(data);
        AssertMade(multiLabel, CellKind.RevGru, "Words");
        var tagger = trainers.RevLstmTagger("Tags", "Text", "S", "L", hiddenSize: 8, maximumEpochs: 2, batchSize: 9, Rate, listener).Fit(data);
        AssertMade(tagger, CellKind.RevLstm, "Text");
        tagger = trainers.RevGruTagger("Tags", "Words", "S", "L", hiddenSize: 8, maximumEpochs: 2, batchSize: 9, Rate, listener).Fit(data);
        AssertMade(tagger, CellKind.RevGru, "Words");
        Assert.AreEqual("LearningRate", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.RevLstmTagger(learningRate: 101)).ParamName);

        void AssertMade(RevRnnPredictionTransformer model, CellKind cell, string input)
        {
            Assert.AreEqual((cell, 8), (model.Network.Cell, model.Network.HiddenSize));
            Assert.AreEqual((input, "S", "L"), (model.InputColumnName, model.ScoreColumnName, model.PredictedLabelColumnName));
            CollectionAssert.AreEqual(new[] { 1, 2 }, epochs.Distinct().ToArray());
            epochs.Clear();
        }
    }

    [TestMethod]
    public void ACheckpointMustBeAFile()
    {
        using var folder = new TemporaryFolder();
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Make(new RevRnnFeaturesOptions { Training = new() { CheckpointPath = folder.File(".") } }));
        Assert.AreEqual(nameof(TrainingOptions.CheckpointPath), failure.ParamName);
    }

    private static RevRnnOptions[] EachKind() =>
    [
        new RevRnnClassificationOptions(), new RevRnnBinaryClassificationOptions(), new RevRnnMultiLabelOptions(), new RevRnnTaggingOptions(),
        new RevRnnFeaturesOptions(), new RevLanguageModelOptions(), new RevTranslationOptions(),
    ];

    private void AssertNamed(RevRnnOptions options, string option, string range)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Make(options));
        Assert.AreEqual(option, failure.ParamName);
        StringAssert.Contains(failure.Message, option);
        StringAssert.Contains(failure.Message, range);
    }

    /// <summary>An argument is an option of its name, or a member of one of the records that the options hold.</summary>
    private static void AssertDefaultsAgree(MethodInfo method, RevRnnOptions options, string except)
    {
        foreach (var parameter in method.GetParameters().Where(parameter => parameter.HasDefaultValue && parameter.Name != except))
        {
            var name = char.ToUpperInvariant(parameter.Name![0]) + parameter.Name[1..];
            var holder = new object[] { options, options.Network, options.Training }.Single(holder => holder.GetType().GetProperty(name) != null);
            var option = holder.GetType().GetProperty(name)!;
            var value = option.PropertyType.IsEnum ? Enum.ToObject(option.PropertyType, parameter.DefaultValue!) : parameter.DefaultValue;
            Assert.AreEqual(option.GetValue(holder), value, $"{method}: {parameter.Name}");
        }
    }

    private IEstimator<ITransformer> Make(RevRnnOptions options) => options switch
    {
        RevLanguageModelOptions languageModel => _context.Transforms.Text.RevLanguageModel(languageModel),
        RevTranslationOptions translation => _context.Transforms.Text.RevTranslation(translation),
        RevRnnFeaturesOptions features => _context.Transforms.RevLstm(features),
        RevRnnBinaryClassificationOptions binary => _context.BinaryClassification.Trainers.RevLstm(binary),
        RevRnnMultiLabelOptions multiLabel => _context.MulticlassClassification.Trainers.RevLstmMultiLabel(multiLabel),
        RevRnnTaggingOptions tagging => _context.MulticlassClassification.Trainers.RevLstmTagger(tagging),
        _ => _context.MulticlassClassification.Trainers.RevLstm((RevRnnClassificationOptions)options),
    };
}
