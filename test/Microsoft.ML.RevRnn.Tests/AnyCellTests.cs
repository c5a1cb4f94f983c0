using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The trainers with whatever cell the options name.</summary>
[TestClass]
public sealed class AnyCellTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.RevLeaky)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.MixedGru)]
    [DataRow(CellKind.DeepTransitionShortcut)]
    public void ClassifiersLearnAndAreSaved(CellKind cell)
    {
        var options = With(Small.Classification(), cell);

        var model = _context.MulticlassClassification.Trainers.Rnn(options).Fit(Trained.Keyed());

        Assert.AreEqual(cell, model.Network.Cell);
        Assert.IsGreaterThan(0.9, _context.MulticlassClassification.Evaluate(model.Transform(Trained.Keyed(30, seed: 2))).MicroAccuracy);
        var loaded = (RevRnnTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        Assert.AreEqual(model.Network, loaded.Network);
        CollectionAssert.AreEqual(Trained.ScoreBits(model), Trained.ScoreBits(loaded));
        var further = _context.MulticlassClassification.Trainers.Rnn(Small.Classification()).Fit(Trained.Keyed(20), model);
        Assert.AreEqual(cell, further.Network.Cell, "Options that name no cell leave it to the model.");
    }

    [TestMethod]
    public void EachTrainerTakesTheCellOfItsOptions()
    {
        RevRnnTransformer[] models =
        [
            _context.BinaryClassification.Trainers.Rnn(Brief(Small.Binary())).Fit(Trained.Mixed()),
            _context.MulticlassClassification.Trainers.RnnMultiLabel(Brief(Small.MultiLabel())).Fit(Trained.Mixed()),
            _context.MulticlassClassification.Trainers.RnnTagger(Brief(Small.Tagging())).Fit(Trained.Tagged()),
            _context.Transforms.Rnn(Brief(Small.Features())).Fit(Trained.Data()),
        ];

        foreach (var model in models)
            Assert.AreEqual(CellKind.LeakyElman, model.Network.Cell, model.GetType().Name);
    }

    [TestMethod]
    public void ACellThatCannotBeReversedIsRefusedWhereItMustBe()
    {
        var options = With(Small.Classification(), CellKind.LeakyElman);
        options.Training = options.Training with { ActivationStrategy = ActivationStrategy.Hybrid };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.Rnn(options));

        StringAssert.Contains(failure.Message, "Cell is LeakyElman, which cannot be reversed; use Stored, Checkpointed or Auto.");
    }

    /// <summary>Elman's form whose output goes to the next hidden state: trained with the true classes, and by itself.</summary>
    [TestMethod]
    public void ATaggerTellsWhatFeedbackCosts()
    {
        var options = With(Small.Tagging(), CellKind.Elman);
        options.Network = options.Network with { Feedback = FeedbackKind.Output };
        var model = _context.MulticlassClassification.Trainers.RnnTagger(options).Fit(Trained.Tagged());

        var losses = model.EvaluateFeedback(Trained.Tagged(), options.LabelColumnName);

        Assert.IsGreaterThan(0.9, losses.FreeRunningAccuracy);
        var metrics = _context.MulticlassClassification.EvaluateTags(model.Transform(Trained.Tagged()), options.LabelColumnName);
        Assert.AreEqual(metrics.Tokens.Accuracy, losses.FreeRunningAccuracy, 1e-9);
        Assert.AreEqual(losses.FreeRunning - losses.TeacherForced, losses.ExposureBias);
        var loaded = (RevRnnTaggingTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        Assert.AreEqual(losses, loaded.EvaluateFeedback(Trained.Tagged(), options.LabelColumnName));
    }

    [TestMethod]
    public void OnlyATaggerFeedsBack()
    {
        var options = Small.Classification();
        options.Network = options.Network with { Feedback = FeedbackKind.Output };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.MulticlassClassification.Trainers.RevLstm(options));

        Assert.AreEqual(nameof(NetworkOptions.Feedback), failure.ParamName);
    }

    private static TOptions Brief<TOptions>(TOptions options)
        where TOptions : RevRnnOptions
    {
        options.Training = options.Training with { MaximumEpochs = 1 };
        return With(options, CellKind.LeakyElman);
    }

    private static TOptions With<TOptions>(TOptions options, CellKind cell)
        where TOptions : RevRnnOptions
    {
        options.Network = options.Network with { Cell = cell };
        return options;
    }
}
