using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A training step makes no garbage: what a batch allocates does not depend on its length.</summary>
[TestClass]
internal sealed class AllocationTests
{
    private const int Rows = 16;
    private const int MostSteps = 300;

    /// <summary>A byte a step, where the smallest object takes 24. Not none: while the just-in-time compiler optimises, a small object moves between stack and heap.</summary>
    private const int Slack = MostSteps;

    /// <summary>Two batches: 10 steps, and 300.</summary>
    private static readonly int[][] _sequences = [.. Sequences.Random(Rows, 8, 10), .. Sequences.Random(Rows, 250, MostSteps)];

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    public void ALongBatchOfAClassifierAllocatesNoMoreThanAShortOne(CellKind cell, ActivationStrategy strategy)
    {
        var labels = Sequences.Labels(2 * Rows);
        using var parameters = NetworkParameters.OfSequences(Shape(cell), 3);
        Check(parameters, new SequenceObjective(new SoftmaxLoss(labels), labels, Training(strategy)), strategy);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored)]
    public void ALongBatchOfANextTokenModelAllocatesNoMoreThanAShortOne(CellKind cell, ActivationStrategy strategy)
    {
        using var parameters = NetworkParameters.OfNextTokens(Shape(cell));
        Check(parameters, new NextTokenObjective(new long[parameters.Output.Outcomes], new LanguageModelOptions(), Training(strategy)), strategy);
    }

    [TestMethod]
    [DataRow(PoolingKind.MeanMax)]
    [DataRow(PoolingKind.Last)]
    [DataRow(PoolingKind.Attention)]
    public void ALongBatchInTwoDirectionsAllocatesNoMoreThanAShortOne(PoolingKind pooling)
    {
        var shape = Shape(CellKind.RevLstm);
        shape = shape with { Options = shape.Options with { Bidirectional = true, Pooling = pooling } };
        int[][] labels = [.. Enumerable.Range(0, 2 * Rows).Select(i => i % 2 == 0 ? (int[])[0, 2] : [])];
        var training = Training(ActivationStrategy.Reversible);
        using var parameters = NetworkParameters.OfSequences(shape, 3);
        Check(parameters, new SequenceObjective(new SigmoidLoss(labels), [], training), ActivationStrategy.Reversible);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ALongBatchOfATaggerAllocatesNoMoreThanAShortOne(bool bidirectional)
    {
        var shape = Shape(CellKind.RevGru);
        int[][] labels = Array.ConvertAll(_sequences, sequence => Array.ConvertAll(sequence, token => token % 3));
        var training = Training(ActivationStrategy.Reversible);
        using var parameters = NetworkParameters.OfTokens(shape with { Options = shape.Options with { Bidirectional = bidirectional } }, 3);
        Check(parameters, new TokenObjective(labels, ExampleSet.OfTokens(new ExampleOptions(), labels, 3, training), training), ActivationStrategy.Reversible);
    }

    [TestMethod]
    public void ALongBatchWithNumbersAllocatesNoMoreThanAShortOne()
    {
        var labels = Sequences.Labels(2 * Rows);
        float[][] features = [.. Enumerable.Range(0, 2 * Rows).Select(i => (float[])[i, i % 3])];
        using var parameters = NetworkParameters.OfSequences(Shape(CellKind.RevLstm), 3, DenseFeatures.Learn(3, features, Parameter.Identity(2 * Rows)));
        var objective = new SequenceObjective(new SoftmaxLoss(labels), labels, Training(ActivationStrategy.Reversible)) { Examples = new() { Features = features } };
        Check(parameters, objective, ActivationStrategy.Reversible);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible, false)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Stored, true)]
    public void ALongBatchOfATranslationAllocatesNoMoreThanAShortOne(CellKind cell, ActivationStrategy strategy, bool sampled)
    {
        int[][] targets = [.. _sequences.Select(sequence => (int[])[0, .. sequence.Take(60)])];
        var shape = new AttentionShape(Shape(cell), Shape(cell).Vocabulary, AttentionContext.EmbeddingAndSlice, 5, AttentionScore.General);
        using var parameters = new TranslationParameters(shape, sharesVectors: false);
        parameters.Initialize(1);
        using var device = new Device(threads: 1);
        var objective = new TranslationObjective(
            new long[shape.Decoder.Vocabulary], new TranslationOptions { SoftmaxSamples = sampled ? 4 : null }, Training(strategy));
        using var trainer = new TranslationTrainer(parameters, objective, Training(strategy), device);
        var (source, target) = (new PackedBatch(), new PackedBatch());
        var brief = Parameter.Identity(2 * Rows)[..Rows];
        var lengthy = Parameter.Identity(2 * Rows)[Rows..];
        for (var i = 0; i < 3; i++)
        {
            Step(lengthy);
            Step(brief);
        }

        var allocated = Allocations.Of(() => Step(brief));
        var lengthyAllocated = Allocations.Of(() => Step(lengthy));
        Assert.IsTrue(lengthyAllocated <= allocated + Slack, $"{lengthyAllocated} bytes against {allocated}");
        // The keys that both sides are sorted by, and some little things.
        Assert.IsTrue(allocated < 1_500, $"{allocated} bytes");

        void Step(int[] members)
        {
            source.Fill(_sequences, members, 0);
            target.Fill(targets, members, 0);
            trainer.Train(source, target, 7);
            // Weights that move lose more bits, which take a page now and then.
            trainer.Step(0, 0, 1);
            trainer.BeginValidation();
            trainer.Evaluate(source, target);
        }
    }

    [TestMethod]
    public void OtherModelsAllocateNothingEither()
    {
        var tokens = Sequences.Random(1, 1_000, 1_000, ToyTask.VocabularySize)[0];
        var task = ToyTask.Learnable(20);
        var cancelled = new CancellationToken(true);
        var network = task.Network with { Bidirectional = true, Pooling = PoolingKind.Attention };
        int[][] labels = [.. task.Labels.Select(label => (int[])[label])];
        var classifier = MultiLabelClassifier.Train(
            task.Sequences, labels, ToyTask.Classes, ToyTask.VocabularySize, network, task.Training, cancellationToken: cancelled).Model;
        var encoder = (task with { Network = network }).RunEncoder(null, cancelled).Model;
        var tagger = SequenceTagger.Train(
            task.Sequences, task.Sequences, ToyTask.VocabularySize, ToyTask.VocabularySize, task.Network, task.Training, cancellationToken: cancelled).Model;
        var meeting = SequenceTagger.Train(
            task.Sequences, task.Sequences, ToyTask.VocabularySize, ToyTask.VocabularySize, network, task.Training, cancellationToken: cancelled).Model;
        var model = LanguageModel.Train(
            task.Sequences, ToyTask.VocabularySize, task.Network, new LanguageModelOptions(), task.Training, cancellationToken: cancelled).Model;
        var session = model.CreateSession();
        var probabilities = new float[ToyTask.Classes];
        var features = new float[encoder.FeatureCount];
        var tags = new float[tokens.Length * ToyTask.VocabularySize];
        foreach (var length in (int[])[1_000, 1, 1_000])
            Predict(length);

        foreach (var length in (int[])[1, 1_000])
            Assert.AreEqual(0, Allocations.Of(() => Predict(length)), $"{length}");

        void Predict(int length)
        {
            classifier.Predict(tokens.AsSpan(0, length), probabilities);
            encoder.Encode(tokens.AsSpan(0, length), features);
            tagger.Predict(tokens.AsSpan(0, length), tags.AsSpan(0, length * ToyTask.VocabularySize));
            meeting.Predict(tokens.AsSpan(0, length), tags.AsSpan(0, length * ToyTask.VocabularySize));
            model.Score(tokens.AsSpan(0, length));
            session.Read(tokens.AsSpan(0, length));
            session.Read(tokens[0]);
            _ = session.LogProbabilities[0];
        }
    }

    [TestMethod]
    public void PredictingALongTextAllocatesNoMoreThanAShortOne()
    {
        var task = ToyTask.Learnable(20);
        var classifier = task.Run(null, new CancellationToken(true)).Model;
        var encoder = task.RunEncoder(null, new CancellationToken(true)).Model;
        var tokens = Sequences.Random(1, 1_000, 1_000, ToyTask.VocabularySize)[0];
        var probabilities = new float[ToyTask.Classes];
        var features = new float[task.Network.HiddenSize];
        foreach (var length in (int[])[1_000, 1, 1_000])
        {
            classifier.Predict(tokens.AsSpan(0, length), probabilities);
            encoder.Encode(tokens.AsSpan(0, length), features);
        }

        foreach (var length in (int[])[1, 1_000])
        {
            Assert.AreEqual(0, Allocations.Of(() => classifier.Predict(tokens.AsSpan(0, length), probabilities)), $"classifier, {length}");
            Assert.AreEqual(0, Allocations.Of(() => encoder.Encode(tokens.AsSpan(0, length), features)), $"encoder, {length}");
        }
    }

    private static void Check(NetworkParameters parameters, Objective objective, ActivationStrategy strategy)
    {
        parameters.Initialize(1);
        using var device = new Device(threads: 1);
        using var trainer = new ManagedTrainer(parameters, objective, Training(strategy), device);
        var task = new SequenceTask(_sequences, HeldBack.Last(_sequences.Length, 0), trainer, objective, Training(strategy));
        var brief = Parameter.Identity(2 * Rows)[..Rows];
        var lengthy = Parameter.Identity(2 * Rows)[Rows..];
        for (var i = 0; i < 3; i++)
        {
            Step(lengthy);
            Step(brief);
        }

        var allocated = Allocations.Of(() => Step(brief));
        var lengthyAllocated = Allocations.Of(() => Step(lengthy));
        Assert.IsTrue(lengthyAllocated <= allocated + Slack, $"{lengthyAllocated} bytes against {allocated}");
        // The keys that a batch is sorted by, and some little things.
        Assert.IsTrue(allocated < 1_000, $"{allocated} bytes");

        void Step(int[] members)
        {
            task.Train(members, 7);
            trainer.Step(1e-4f, 0, 1);
            trainer.BeginValidation();
            task.Evaluate(members);
        }
    }

    private static NetworkShape Shape(CellKind cell) => new StackSetup { Cell = cell, Layers = 2, Units = 34, EmbeddingWidth = 12 }.Shape;

    private static TrainingOptions Training(ActivationStrategy strategy) => new() { ActivationStrategy = strategy, Dropout = 0.3f, Seed = 0 };
}
