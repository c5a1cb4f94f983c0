using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A batch that is given up between two chunks has left no trace, and nothing is run after the request.</summary>
[TestClass]
internal sealed class InterruptionTests
{
    private static readonly int[][] _texts = Sequences.Random(4, 90, 120, LanguageTask.VocabularySize);

    private static readonly NetworkOptions _network = new() { EmbeddingSize = 8, HiddenSize = 8, LayerCount = 2 };

    private static readonly TrainingOptions _options = new()
    {
        MaximumEpochs = 3,
        BatchSize = 2,
        LearningRate = 0.02f,
        Dropout = 0.2f,
        ValidationFraction = 0.5f,
        Seed = 3,
    };

    [TestMethod]
    [DataRow(TextLayout.Streams, ActivationStrategy.Reversible, false, 0)]
    [DataRow(TextLayout.Streams, ActivationStrategy.Checkpointed, true, 0)]
    [DataRow(TextLayout.Documents, ActivationStrategy.Hybrid, false, 3)]
    [DataRow(TextLayout.Documents, ActivationStrategy.Stored, true, 3)]
    public void ABatchGivenUpAnywhereIsAsIfItHadNotBegun(TextLayout layout, ActivationStrategy strategy, bool tied, int samples)
    {
        var model = new LanguageModelOptions { Layout = layout, WindowLength = 100, WeightDropout = 0.2f, EmbeddingDropout = 0.1f, SoftmaxSamples = samples == 0 ? null : samples };
        var expected = Train(model, strategy, tied, 0, out var asks);
        Assert.IsTrue(asks >= 6, $"{asks} chunks, forward and backward");

        for (var ask = 1; ask <= asks; ask++)
            CollectionAssert.AreEqual(expected, Train(model, strategy, tied, ask, out _), $"given up at {ask} of {asks}");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(9)]
    [DataRow(14)]
    [DataRow(23)]
    public void NothingIsRunAfterTheRequest(int ask)
    {
        using var source = new CancellationTokenSource();
        var asks = 0;
        var report = Run(_options, value =>
        {
            if (++asks == ask)
                source.Cancel();
            return value();
        }, source.Token);

        Assert.AreEqual(TrainingStop.Cancelled, report.StopReason);
        Assert.AreEqual(ask, asks);
    }

    [TestMethod]
    public void TheTimeLimitEndsABatchButTheFirst()
    {
        var asks = 0;
        var report = Run(_options with { MaximumMinutes = 1e-9 }, value =>
        {
            asks++;
            return value();
        }, default);

        Assert.AreEqual(TrainingStop.TimeUp, report.StopReason);
        Assert.AreEqual(1, report.Epochs.Count);
        Assert.IsNotNull(report.Epochs[0].ValidationLoss);
        var all = asks;

        var asleep = 0;
        asks = 0;
        report = Run(_options with { MaximumMinutes = 0.01, MaximumEpochs = 10_000 }, value =>
        {
            // In a batch of a later epoch, whose rest is given up, if time was not up before that.
            if (++asks == 4 * all)
            {
                Thread.Sleep(TimeSpan.FromMinutes(0.011));
                asleep = asks;
            }
            return value();
        }, default);
        Assert.AreEqual(TrainingStop.TimeUp, report.StopReason);
        Assert.IsTrue(report.BestEpoch > 0);
        Assert.IsTrue(asleep == 0 || asks <= asleep + all, $"{asks} after {asleep}");
    }

    /// <summary>Trains on two batches, of which the second is given up once at an ask before it is trained on.</summary>
    private static byte[] Train(LanguageModelOptions model, ActivationStrategy strategy, bool tied, int ask, out int asks)
    {
        var options = _options with { ActivationStrategy = strategy };
        using var device = new Device(threads: 2);
        using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(_network with { TieEmbeddings = tied }, LanguageTask.VocabularySize));
        parameters.Initialize(1);
        var frequencies = new long[LanguageTask.VocabularySize];
        Array.Fill(frequencies, 1);
        var objective = new NextTokenObjective(frequencies, model, options);
        var streams = model.Layout == TextLayout.Streams;
        using var trainer = new ManagedTrainer(parameters, objective, options, device, carriesStates: streams);
        TrainingTask task = streams
            ? new StreamTask((_texts.SelectMany(text => text).ToArray(), []), model, trainer, objective, options)
            : new SequenceTask(_texts, HeldBack.Random(_texts.Length, options with { ValidationFraction = 0 }), trainer, objective, options);
        Assert.IsTrue(task.BeginEpoch(7) > 1);
        task.Train(0, 11);
        trainer.Step(0.02f, 0.01f, 1);
        var count = 0;
        trainer.IsInterrupted = () => ++count == ask;
        var result = task.Train(1, 12);
        asks = count;
        Assert.AreEqual(ask > 0, result.IsGivenUp);
        if (ask > 0)
        {
            Assert.AreEqual(ask, count);
            Assert.IsTrue(parameters.Dense.All(parameter => !parameter.Gradients.ContainsAnyExcept(0)));
            Assert.AreEqual(0, parameters.Encoder.Embedding.TouchedCount);
            result = task.Train(1, 12);
        }
        trainer.Step(0.02f, 0.01f, 1);
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content);
        writer.Write(result.LossSum);
        foreach (var parameter in parameters.All)
            parameter.Write(writer);
        trainer.SaveState(writer);
        return content.ToArray();
    }

    private static TrainingReport Run(TrainingOptions options, Func<Func<bool>, bool> asked, CancellationToken cancellation)
    {
        using var device = new Device(threads: 1);
        using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(_network, LanguageTask.VocabularySize));
        parameters.Initialize(1);
        var objective = new NextTokenObjective(new long[LanguageTask.VocabularySize], new LanguageModelOptions(), options);
        using var trainer = new AskedTrainer(new ManagedTrainer(parameters, objective, options, device), asked);
        var task = new SequenceTask(_texts, HeldBack.Random(_texts.Length, options), trainer, objective, options);
        return new TrainingLoop(task, options, progress: null).Run(cancellation);
    }
}
