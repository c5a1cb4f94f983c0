using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Options of language models are checked when the estimator is made, and its input when it is fitted.</summary>
[TestClass]
public sealed class LanguageModelOptionsTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(nameof(LanguageModelOptions.Layout), (TextLayout)2, "Streams, Documents")]
    [DataRow(nameof(LanguageModelOptions.WindowLength), 4, "from 5 to 1000000")]
    [DataRow(nameof(LanguageModelOptions.InputDropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(LanguageModelOptions.LayerDropout), -1f, "from 0 to 0.95")]
    [DataRow(nameof(LanguageModelOptions.OutputDropout), float.NaN, "from 0 to 0.95")]
    [DataRow(nameof(LanguageModelOptions.EmbeddingDropout), 0.96f, "from 0 to 0.95")]
    [DataRow(nameof(LanguageModelOptions.WeightDropout), 1f, "from 0 to 0.95")]
    [DataRow(nameof(LanguageModelOptions.SoftmaxSamples), -1, "from 0 to 1000000")]
    public void AnOptionOutOfItsRangeIsNamed(string option, object value, string range)
    {
        var model = new LanguageModelOptions();
        typeof(LanguageModelOptions).GetProperty(option)!.SetValue(model, value);

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => _context.Transforms.Text.RevLanguageModel(new RevLanguageModelOptions { Model = model }));

        Assert.AreEqual(option, failure.ParamName);
        StringAssert.Contains(failure.Message, option);
        StringAssert.Contains(failure.Message, range);
    }

    [TestMethod]
    public void ArgumentsBecomeOptions()
    {
        AssertRefused("HiddenSize", () => _context.Transforms.Text.RevLanguageModel(hiddenSize: 3));
        AssertRefused("LayerCount", () => _context.Transforms.Text.RevLanguageModel(layerCount: 9));
        AssertRefused("MaximumEpochs", () => _context.Transforms.Text.RevLanguageModel(maximumEpochs: 0));
        AssertRefused("BatchSize", () => _context.Transforms.Text.RevLanguageModel(batchSize: 0));
        AssertRefused("LearningRate", () => _context.Transforms.Text.RevLanguageModel(learningRate: 0));
        AssertRefused("Kind", () => _context.Transforms.Text.RevLanguageModel(tokens: (TokenKind)9));
        AssertRefused("Cell", () => _context.Transforms.Text.RevLanguageModel(cell: (CellKind)99));

        var epochs = new List<int>();
        var model = _context.Transforms.Text
            .RevLanguageModel("Label", CellKind.RevGru, TokenKind.Bytes, 8, 2, 3, 4, 0.01f, new Listener(progress => epochs.Add(progress.Epoch)))
            .Fit(Trained.Data(20));

        Assert.AreEqual("Label", model.InputColumnName);
        Assert.AreEqual(258, model.VocabularySize);
        Assert.IsTrue(model.Network is { Cell: CellKind.RevGru, HiddenSize: 8, LayerCount: 2 });
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, epochs.Distinct().ToArray());
    }

    [TestMethod]
    [DataRow(nameof(RevLanguageModelOptions.InputColumnName))]
    [DataRow(nameof(RevLanguageModelOptions.LogLikelihoodColumnName))]
    [DataRow(nameof(RevLanguageModelOptions.PerplexityColumnName))]
    [DataRow(nameof(RevLanguageModelOptions.TokenCountColumnName))]
    public void ColumnsMustHaveNames(string option)
    {
        var options = new RevLanguageModelOptions();
        typeof(RevLanguageModelOptions).GetProperty(option)!.SetValue(options, " ");

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(options));
        Assert.AreEqual(option, failure.ParamName);
    }

    [TestMethod]
    [DataRow("X", "X", "N")]
    [DataRow("X", "P", "X")]
    [DataRow("L", "X", "X")]
    public void OutputColumnsMustDiffer(string logLikelihood, string perplexity, string tokenCount)
    {
        var options = new RevLanguageModelOptions
        {
            LogLikelihoodColumnName = logLikelihood,
            PerplexityColumnName = perplexity,
            TokenCountColumnName = tokenCount,
        };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(options));
        StringAssert.Contains(failure.Message, "are both 'X'; they must differ.");
    }

    [TestMethod]
    [DataRow(CellKind.Lstm, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.Gru, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.Elman, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.LeakyElman, ActivationStrategy.Hybrid)]
    public void ACellThatCannotBeReversedTakesAnotherStrategy(CellKind cell, ActivationStrategy strategy)
    {
        var options = new RevLanguageModelOptions { Network = new() { Cell = cell }, Training = new() { ActivationStrategy = strategy } };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(options));

        Assert.AreEqual(nameof(TrainingOptions.ActivationStrategy), failure.ParamName);
        StringAssert.Contains(failure.Message, $"Cell is {cell}, which cannot be reversed; use Stored, Checkpointed or Auto.");
        options.Training = options.Training with { ActivationStrategy = ActivationStrategy.Checkpointed };
        _context.Transforms.Text.RevLanguageModel(options);
    }

    [TestMethod]
    public void LaterChangesHaveNoEffect()
    {
        var options = Small.LanguageModel();
        var estimator = _context.Transforms.Text.RevLanguageModel(options);
        options.Training = options.Training with { MaximumEpochs = 0 };
        options.PerplexityColumnName = "Other";

        var model = estimator.Fit(Trained.Data());

        Assert.HasCount(8, model.Report!.Epochs);
        Assert.AreEqual("Perplexity", model.PerplexityColumnName);
    }

    [TestMethod]
    [DataRow("Nowhere", "no column 'Nowhere'")]
    [DataRow("Id", "The input column 'Id' is Int32; it must be text or a vector of Key<UInt32>.")]
    [DataRow("Words", "The input column 'Words' is VarVector<String>")]
    public void TheInputColumnIsChecked(string columnName, string message)
    {
        var options = Small.LanguageModel();
        options.InputColumnName = columnName;

        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _context.Transforms.Text.RevLanguageModel(options).Fit(Trained.Data()));

        StringAssert.Contains(failure.Message, message);
    }

    [TestMethod]
    public void ATrainedModelChecksItsInput()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.KeyModel.Transform(Trained.Data()));
        StringAssert.Contains(failure.Message, "The input column 'Words' is ");
        StringAssert.Contains(failure.Message, "it must be a vector of Key<UInt32> with 17 values.");
        Assert.ThrowsExactly<ArgumentNullException>(() => Trained.LanguageModel.Transform(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => _context.Transforms.Text.RevLanguageModel((RevLanguageModelOptions)null!));
    }

    private static void AssertRefused(string option, Action make)
        => Assert.AreEqual(option, Assert.ThrowsExactly<ArgumentOutOfRangeException>(make).ParamName);
}
