using System.Reflection;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Options are checked when the estimator is made, and their defaults are the engine's.</summary>
[TestClass]
public sealed class OptionsTests
{
    private readonly MLContext _context = new();

    [TestMethod]
    [DataRow(nameof(RevRnnOptions.EmbeddingSize), 0, "from 1 to 4096")]
    [DataRow(nameof(RevRnnOptions.HiddenSize), 10_000, "from 2 to 8192")]
    [DataRow(nameof(RevRnnOptions.HiddenSize), 3, "even")]
    [DataRow(nameof(RevRnnOptions.LayerCount), 0, "from 1 to 8")]
    [DataRow(nameof(RevRnnOptions.ForgettingLimit), (ForgettingLimit)4, "ThreeBits")]
    [DataRow(nameof(RevRnnOptions.MaximumEpochs), 0, "from 1 to 10000")]
    [DataRow(nameof(RevRnnOptions.BatchSize), 5000, "from 1 to 4096")]
    [DataRow(nameof(RevRnnOptions.LearningRate), float.NaN, "from 1E-07 to 100")]
    [DataRow(nameof(RevRnnOptions.Optimizer), (OptimizerKind)2, "AdamW, Sgd")]
    [DataRow(nameof(RevRnnOptions.Schedule), (LearningRateSchedule)(-1), "Cosine")]
    [DataRow(nameof(RevRnnOptions.WarmUpFraction), 0.91f, "from 0 to 0.9")]
    [DataRow(nameof(RevRnnOptions.NonMonotoneEpochs), 0, "from 1 to 10000")]
    [DataRow(nameof(RevRnnOptions.MaximumMinutes), -1.0, "from 0 to 1000000")]
    [DataRow(nameof(RevRnnOptions.WeightDecay), -1f, "from 0 to 1")]
    [DataRow(nameof(RevRnnOptions.MaximumGradientNorm), 0f, "from 0.0001 to 1000000")]
    [DataRow(nameof(RevRnnOptions.Dropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(RevRnnOptions.ValidationFraction), 0.6f, "from 0 to 0.5")]
    [DataRow(nameof(RevRnnOptions.Patience), 0, "from 1 to 10000")]
    [DataRow(nameof(RevRnnOptions.ActivationStrategy), (ActivationStrategy)9, "Reversible")]
    [DataRow(nameof(RevRnnOptions.ThreadCount), -1, "from 0 to 256")]
    public void AnOptionOutOfItsRangeIsNamed(string option, object value, string range)
    {
        foreach (var options in (RevRnnOptions[])[new RevRnnClassificationOptions(), new RevRnnFeaturesOptions(), new RevLanguageModelOptions()])
        {
            typeof(RevRnnOptions).GetProperty(option)!.SetValue(options, value);
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Make(options));
            Assert.AreEqual(option, failure.ParamName);
            StringAssert.Contains(failure.Message, option);
            StringAssert.Contains(failure.Message, range);
        }
    }

    [TestMethod]
    public void VocabularyOptionsAreChecked()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => Make(new RevRnnFeaturesOptions { Vocabulary = new() { MaximumSize = 1 } }));
        Assert.AreEqual(nameof(VocabularyOptions.MaximumSize), failure.ParamName);
        Assert.ThrowsExactly<ArgumentNullException>(() => Make(new RevRnnFeaturesOptions { Vocabulary = null! }));
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
        options.MaximumEpochs = 0;
        options.ScoreColumnName = "Other";

        var model = trainer.Fit(Trained.Keyed());

        Assert.HasCount(8, model.Report!.Epochs);
        Assert.AreEqual("Score", model.ScoreColumnName);
    }

    [TestMethod]
    public void DefaultsAreTheEngines()
    {
        var options = new RevRnnClassificationOptions();

        Assert.AreEqual(new NetworkOptions(), options.GetNetwork(CellKind.RevLstm));
        Assert.AreEqual(new TrainingOptions { Seed = 4 }, options.GetTraining(4));
        Assert.AreEqual(new VocabularyOptions(), options.Vocabulary);
    }

    /// <summary>Default values of arguments must be written down, so they could part from those of the options.</summary>
    [TestMethod]
    public void DefaultArgumentsAreTheDefaultOptions()
    {
        foreach (var method in typeof(RevRnnCatalog).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            var isFeatures = method.ReturnType == typeof(RevRnnFeaturesEstimator);
            RevRnnOptions options = isFeatures ? new RevRnnFeaturesOptions() : new RevRnnClassificationOptions();
            AssertDefaultsAgree(method, options, except: "inputColumnName");
        }
        foreach (var method in typeof(RevLanguageModelCatalog).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            AssertDefaultsAgree(method, new RevLanguageModelOptions(), except: "tokens");
            Assert.AreEqual(new VocabularyOptions().Kind, method.GetParameters().FirstOrDefault(p => p.Name == "tokens")?.DefaultValue ?? TokenKind.Words);
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
    public void EveryTrainingAndNetworkOptionArrives()
    {
        using var folder = new TemporaryFolder();
        var options = new RevLanguageModelOptions
        {
            SkipConnections = true,
            TieEmbeddings = true,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 20,
            Schedule = LearningRateSchedule.NonMonotone,
            WarmUpFraction = 0.3f,
            NonMonotoneEpochs = 7,
            MaximumMinutes = 12,
            CheckpointPath = folder.File("checkpoint"),
        };

        Assert.AreEqual(new NetworkOptions { Cell = CellKind.RevGru, SkipConnections = true, TieEmbeddings = true }, options.GetNetwork(CellKind.RevGru));
        var expected = new TrainingOptions
        {
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 20,
            Schedule = LearningRateSchedule.NonMonotone,
            WarmUpFraction = 0.3f,
            NonMonotoneEpochs = 7,
            MaximumMinutes = 12,
            CheckpointPath = folder.File("checkpoint"),
            Seed = 3,
        };
        Assert.AreEqual(expected, options.GetTraining(3));
    }

    [TestMethod]
    public void ACheckpointMustBeAFile()
    {
        using var folder = new TemporaryFolder();
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Make(new RevRnnFeaturesOptions { CheckpointPath = folder.File(".") }));
        Assert.AreEqual(nameof(RevRnnOptions.CheckpointPath), failure.ParamName);
    }

    private static void AssertDefaultsAgree(MethodInfo method, RevRnnOptions options, string except)
    {
        foreach (var parameter in method.GetParameters().Where(parameter => parameter.HasDefaultValue && parameter.Name != except))
        {
            var option = options.GetType().GetProperty(char.ToUpperInvariant(parameter.Name![0]) + parameter.Name[1..])!;
            var value = option.PropertyType.IsEnum ? Enum.ToObject(option.PropertyType, parameter.DefaultValue!) : parameter.DefaultValue;
            Assert.AreEqual(option.GetValue(options), value, $"{method}: {parameter.Name}");
        }
    }

    private IEstimator<ITransformer> Make(RevRnnOptions options) => options switch
    {
        RevLanguageModelOptions languageModel => _context.Transforms.Text.RevLanguageModel(languageModel),
        RevRnnFeaturesOptions features => _context.Transforms.RevLstm(features),
        _ => _context.MulticlassClassification.Trainers.RevLstm((RevRnnClassificationOptions)options),
    };
}
