using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training that ends anywhere in an epoch, in a batch's forward or backward pass or in validation, goes on to the same bits.</summary>
[TestClass]
internal sealed class CheckpointWithinEpochTests
{
    private static readonly int[][] _texts = Sequences.Random(8, 40, 60, LanguageTask.VocabularySize);

    [TestMethod]
    [DataRow(TextLayout.Streams, OptimizerKind.AdamW, true)]
    [DataRow(TextLayout.Streams, OptimizerKind.Sgd, false)]
    [DataRow(TextLayout.Documents, OptimizerKind.AdamW, true)]
    [DataRow(TextLayout.Documents, OptimizerKind.AdamW, false)]
    public void CancelledAnywhereItGoesOn(TextLayout layout, OptimizerKind optimizer, bool validates) =>
        CheckGoesOn(layout, optimizer, validates, interval: null, source => source.Cancel());

    [TestMethod]
    [DataRow(TextLayout.Streams, OptimizerKind.AdamW, true)]
    [DataRow(TextLayout.Documents, OptimizerKind.Sgd, true)]
    public void KilledAnywhereItGoesOnFromTheLastInterval(TextLayout layout, OptimizerKind optimizer, bool validates) =>
        CheckGoesOn(layout, optimizer, validates, TimeSpan.Zero, _ => throw new InvalidTimeZoneException("Killed."));

    private static void CheckGoesOn(TextLayout layout, OptimizerKind optimizer, bool validates, TimeSpan? interval, Action<CancellationTokenSource> end)
    {
        using var folder = new TemporaryFolder();
        var options = new TrainingOptions
        {
            MaximumEpochs = 2,
            BatchSize = 2,
            Optimizer = optimizer,
            LearningRate = 0.02f,
            Dropout = 0.2f,
            ValidationFraction = validates ? 0.25f : 0,
            Seed = 3,
        };
        var asks = 0;
        var (expected, report) = Run(layout, options, value =>
        {
            asks++;
            return value();
        });
        for (var ask = 1; ask <= asks; ask += 3)
        {
            var path = folder[$"{ask}"];
            var with = options with { CheckpointPath = path, CheckpointInterval = interval };
            Interrupt(layout, with, ask, end);
            var left = 0;
            var (model, resumed) = Run(layout, with, value =>
            {
                left++;
                return value();
            });

            CollectionAssert.AreEqual(expected, model, $"{ask} of {asks}");
            CollectionAssert.AreEqual(report.Epochs.ToArray(), resumed.Epochs.ToArray(), $"{ask} of {asks}");
            CollectionAssert.AreEqual(Reports.WithoutTimes(report), Reports.WithoutTimes(resumed), $"{ask} of {asks}");
            // At the most one batch, or one validation, is run again.
            Assert.IsTrue(left <= asks - ask + 1 + 20, $"{left} of {asks} after {ask}");
        }
    }

    private static void Interrupt(TextLayout layout, TrainingOptions options, int ask, Action<CancellationTokenSource> end)
    {
        using var source = new CancellationTokenSource();
        var count = 0;
        try
        {
            var report = Run(layout, options, value =>
            {
                if (++count == ask)
                    end(source);
                return value();
            }, source.Token).Report;
            Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        }
        catch (InvalidTimeZoneException)
        {
            // Ended as if it had been killed.
        }
    }

    private static (byte[] Model, TrainingReport Report) Run(
        TextLayout layout, TrainingOptions options, Func<Func<bool>, bool> asked, CancellationToken cancellation = default)
    {
        var network = new NetworkOptions { EmbeddingSize = 8, HiddenSize = 8, LayerCount = 2 };
        var model = new LanguageModelOptions { Layout = layout, WindowLength = 40, VariesWindowLength = true, WeightDropout = 0.2f, EmbeddingDropout = 0.1f };
        using var device = new Device(threads: 1);
        using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(network, LanguageTask.VocabularySize));
        parameters.Initialize(1);
        var objective = new NextTokenObjective(new long[LanguageTask.VocabularySize], model, options);
        var streams = layout == TextLayout.Streams;
        using var trainer = new AskedTrainer(new ManagedTrainer(parameters, objective, options, device, carriesStates: streams), asked);
        int[] validation = options.ValidationFraction > 0 ? [.. _texts[0], .. _texts[1]] : [];
        TrainingTask task = streams
            ? new StreamTask((_texts[2..].SelectMany(text => text).ToArray(), validation), model, trainer, objective, options)
            : new SequenceTask(_texts, HeldBack.Random(_texts.Length, options), trainer, objective, options);
        var report = new TrainingLoop(task, options, progress: null).Run(cancellation);
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        foreach (var parameter in parameters.All)
            parameter.Write(writer);
        return (content.ToArray(), report);
    }
}
