using System.Reflection;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Training that is ended from outside, by a token or by ML.NET: it gives back the best model so far, and where there is none it says so.</summary>
[TestClass]
public sealed class CancellationTests
{
    private readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void MLNetsCancellationGivesTheModelSoFar()
    {
        var options = Endless();
        options.Progress = new Listener(progress =>
        {
            if (progress.Epoch == 3 && progress.EpochFraction >= 1)
                CancelExecution(_context);
        });

        var model = _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());

        Assert.AreEqual(TrainingStop.Cancelled, model.Report!.StopReason);
        Assert.IsInRange(3, 9_999, model.Report.Epochs.Count);
        Assert.HasCount(TestData.Probes.Count, Trained.ScoreBits(model));
    }

    [TestMethod]
    public void MLNetsCancellationEndsAPipeline()
    {
        var options = Endless();
        options.Progress = new Listener(progress =>
        {
            if (progress.Epoch == 2)
                CancelExecution(_context);
        });
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevGru(options));

        Assert.AreEqual(TrainingStop.Cancelled, pipeline.Fit(Trained.Data()).LastTransformer.Report!.StopReason);
    }

    [TestMethod]
    public void AnEstimatorThatMLNetHasCancelledGivesNoModel()
    {
        var estimator = _context.Transforms.RevLstm(Small.Features());
        CancelExecution(_context);

        Assert.ThrowsExactly<OperationCanceledException>(() => estimator.Fit(Trained.Data()));
    }

    [TestMethod]
    public void BeforeTheFirstEpochIsCompleteThereIsNoModel()
    {
        using var source = new CancellationTokenSource();
        var options = Small.Classification();
        options.CancellationToken = source.Token;
        var beginning = new RowsView(2, [.. Enumerable.Range(0, 100).Select(i => ("a b", (uint)(i % 2) + 1))]);
        source.Cancel();

        var failure = Assert.ThrowsExactly<OperationCanceledException>(
            () => _context.MulticlassClassification.Trainers.RevLstm(options).Fit(beginning));

        Assert.AreEqual(source.Token, failure.CancellationToken);
        StringAssert.Contains(failure.Message, "no model");
        Assert.AreEqual(0, beginning.TextsRead);
    }

    /// <summary>The token is cancelled when all is read and tokenised, so within the first epoch, and a batch has been learned.</summary>
    [TestMethod]
    public void WithinTheFirstEpochThereIsNoModel()
    {
        using var source = new CancellationTokenSource();
        var options = Small.Classification();
        // An epoch longer than it takes until progress is told of.
        options.Network = options.Network with { HiddenSize = 768 };
        options.CancellationToken = source.Token;
        options.Progress = new Listener(progress =>
        {
            Assert.AreEqual(1, progress.Epoch);
            if (progress.EpochFraction < 1)
                source.Cancel();
        });

        var failure = Assert.ThrowsExactly<OperationCanceledException>(
            () => _context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed(count: 4000)));

        Assert.AreEqual(source.Token, failure.CancellationToken);
    }

    [TestMethod]
    public void ReadingEndsWithTheNextRow()
    {
        using var source = new CancellationTokenSource();
        var options = Small.Features();
        options.CancellationToken = source.Token;
        var read = 0;
        var rows = Enumerable.Range(0, 100_000).Select(_ =>
        {
            if (++read == 500)
                source.Cancel();
            return new LabelledText { Text = "one two" };
        });

        Assert.ThrowsExactly<OperationCanceledException>(() => _context.Transforms.RevGru(options).Fit(_context.Data.LoadFromEnumerable(rows)));

        Assert.IsLessThanOrEqualTo(501, read);
    }

    [TestMethod]
    [DataRow(TokenKind.Words)]
    [DataRow(TokenKind.Characters)]
    [DataRow(TokenKind.BytePairs)]
    public void LearningTokensEndsWithTheNextText(TokenKind kind)
    {
        using var source = new CancellationTokenSource();
        var texts = new Input.CancellableTexts([.. Enumerable.Repeat("one two", 10)], source.Token);
        var tokenizer = TextTokenizer.Learn(texts, new VocabularyOptions { Kind = kind });
        Assert.IsNotEmpty(tokenizer.Encode("one two"));
        source.Cancel();

        Assert.ThrowsExactly<OperationCanceledException>(() => TextTokenizer.Learn(texts, new VocabularyOptions { Kind = kind }));
    }

    private static RevRnnClassificationOptions Endless()
    {
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 10_000, Patience = 10_000 };
        return options;
    }

    /// <summary>What ML.NET's AutoML calls when its time is up; it is not public.</summary>
    private static void CancelExecution(MLContext context)
        => typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(context, null);
}
