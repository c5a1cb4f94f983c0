using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>How a stream is cut into windows, and what of it is trained on.</summary>
[TestClass]
internal sealed class StreamTaskTests
{
    [TestMethod]
    // Whole windows; a last one that is shorter; tokens left over; one stream that is shorter than a window; more rows than windows; two tokens.
    [DataRow(161, 4, 10, false)]
    [DataRow(149, 4, 10, false)]
    [DataRow(152, 4, 10, false)]
    [DataRow(8, 4, 10, false)]
    [DataRow(45, 64, 10, false)]
    [DataRow(2, 64, 10, false)]
    [DataRow(401, 2, 20, true)]
    [DataRow(398, 3, 30, true)]
    public void WindowsCoverEachNextTokenOnce(int length, int batchSize, int window, bool varies)
    {
        // All tokens are different ones, so they tell where they come from.
        int[] stream = [.. Enumerable.Range(0, length)];
        var rows = Math.Clamp((length - 1) / window, 1, batchSize);
        var rowLength = (length - 1) / rows;
        var task = Create(stream, [], batchSize, new LanguageModelOptions { WindowLength = window, VariesWindowLength = varies }, out var parameters);
        using var trainer = task.Trainer;
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            var windows = task.BeginEpoch((ulong)epoch);
            Assert.IsTrue(varies || windows == (rowLength + window - 1) / window);
            var targets = new List<int>();
            for (var i = 0; i < windows; i++)
            {
                var (inputs, found) = Train(task, parameters, i);
                CollectionAssert.AreEquivalent(inputs.Select(token => token + 1).ToArray(), found);
                Assert.AreEqual(task.TokenCount(i), found.Length);
                // Each stream goes on where its last window ended.
                var (first, steps) = (targets.Count / rows, found.Length / rows);
                CollectionAssert.AreEquivalent(
                    Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(row * rowLength + first + 1, steps)).ToArray(), found);
                targets.AddRange(found);
            }
            targets.Sort();
            CollectionAssert.AreEqual(Enumerable.Range(1, rows * rowLength).ToArray(), targets);
        }
    }

    [TestMethod]
    public void VaryingWindowsAreAboutAsLongAsTheyShouldBeAndOthersEachEpoch()
    {
        int[] stream = new int[60_001];
        var task = Create(stream, [], 1, new LanguageModelOptions { WindowLength = 60, VariesWindowLength = true }, out _);
        using var trainer = task.Trainer;
        var first = Lengths(1);
        CollectionAssert.AreNotEqual(first, Lengths(2));
        CollectionAssert.AreEqual(first, Lengths(1));
        var shortOnes = first.Count(steps => steps < 45);

        // One of twenty is about half as long.
        Assert.AreEqual(0.95 * 60 + 0.05 * 30, first.Average(), 1.5);
        Assert.AreEqual(0.05, (double)shortOnes / first.Length, 0.025);
        Assert.IsTrue(first.All(steps => steps is >= 1 and <= 120));
        var normal = first.Where(steps => steps >= 45).ToArray();
        var mean = normal.Average();
        Assert.AreEqual(5, Math.Sqrt(normal.Average(steps => (steps - mean) * (steps - mean))), 0.6);
        Lengths(1);
        for (var i = 0; i < first.Length; i++)
            Assert.AreEqual(first[i] / 60f, task.RateFactor(i), 1e-6f);

        long[] Lengths(ulong key)
        {
            var windows = task.BeginEpoch(key);
            return [.. Enumerable.Range(0, windows).Select(task.TokenCount)];
        }
    }

    [TestMethod]
    public void WindowsOfOneLengthHaveTheScheduleOfTheRate()
    {
        var task = Create(new int[95], [], 1, new LanguageModelOptions { WindowLength = 10 }, out _);
        using var trainer = task.Trainer;
        for (var i = task.BeginEpoch(1) - 1; i >= 0; i--)
            Assert.AreEqual(1, task.RateFactor(i));
    }

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(1, 0)]
    [DataRow(2, 1)]
    [DataRow(257, 256)]
    [DataRow(258, 257)]
    [DataRow(9_001, 9_000)]
    public void ValidationCoversAllOfTheHeldBackStream(int length, int predictions)
    {
        var task = Create(new int[100], new int[length], 4, new LanguageModelOptions(), out _);
        using var trainer = task.Trainer;
        trainer.BeginValidation();
        var sum = default(BatchResult);
        for (var i = 0; i < task.ValidationBatchCount; i++)
            sum += task.Evaluate(i);

        Assert.AreEqual(predictions, sum.Predictions);
    }

    [TestMethod]
    public void TheHeldBackPartIsTheEnd()
    {
        int[] start = [.. Enumerable.Range(0, 300).Select(i => i % 3 + 1)];
        var task = LanguageTask.Of([.. start, .. Enumerable.Repeat(6, 60)]);
        task = task with { Training = task.Training with { ValidationFraction = 61.5f / 362, MaximumEpochs = 2 } };
        var other = task with { Texts = [[.. start, .. Enumerable.Repeat(7, 60)]] };
        // Token 300 is the last one of 362, boundaries included, that is trained on; one more before the held-back ones makes a difference.
        var changed = task with { Texts = [[.. start[..299], 5, .. Enumerable.Repeat(6, 60)]] };

        var report = task.Run().Report;

        Assert.AreEqual(report.Epochs[0].Loss, other.Run().Report.Epochs[0].Loss);
        Assert.AreNotEqual(report.Epochs[0].ValidationLoss, other.Run().Report.Epochs[0].ValidationLoss);
        Assert.AreNotEqual(report.Epochs[0].Loss, changed.Run().Report.Epochs[0].Loss);
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Auto, false)]
    [DataRow(ActivationStrategy.Auto, true)]
    [DataRow(ActivationStrategy.Reversible, false)]
    [DataRow(ActivationStrategy.Hybrid, true)]
    public void AMemoryBudgetIsKeptAndChangesNothing(ActivationStrategy strategy, bool varies)
    {
        var task = LanguageTask.Of(Sequences.Random(1, 2_000, 2_000, LanguageTask.VocabularySize));
        task = task with
        {
            Model = new LanguageModelOptions { WindowLength = 200, VariesWindowLength = varies, WeightDropout = 0.2f },
            Network = new NetworkOptions { EmbeddingSize = 16, HiddenSize = 32, LayerCount = 2 },
            Training = task.Training with { MaximumEpochs = 1, ActivationStrategy = strategy, Dropout = 0.1f },
        };
        var (model, report) = task.Run();
        var least = 10_000L;
        while (!Suffices(least))
            least += least / 8;

        var (within, reportWithin) = (task with { Training = task.Training with { MemoryBudget = least } }).Run();

        Assert.IsTrue(reportWithin.PeakActivationBytes <= least, $"{reportWithin.PeakActivationBytes} bytes of a budget of {least}");
        CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(within));
        CollectionAssert.AreEqual(report.Epochs.ToArray(), reportWithin.Epochs.ToArray());

        bool Suffices(long budget)
        {
            try
            {
                (task with { Training = task.Training with { MemoryBudget = budget } }).Run(cancellationToken: new CancellationToken(true));
                return true;
            }
            catch (ArgumentException failure) when (failure.Message.Contains(nameof(TrainingOptions.MemoryBudget), StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    [TestMethod]
    public void WithABudgetAWindowHoldsNothingOfTheOneBefore()
    {
        // Four streams of 500 steps: windows of 200, 200 and 100, of which the budget stores the last one and checkpoints the others.
        var network = new NetworkOptions { Cell = CellKind.Lstm, EmbeddingSize = 16, HiddenSize = 32 };
        var shape = new NetworkShape(network, LanguageTask.VocabularySize);
        var ofHead = TokenHead.Bytes(shape.OutputStride, shape.Vocabulary, softmaxSamples: 0, dropout: 0);
        // A row's hidden and cell state, those that a window begins with and those that it ends with; a cell without forget gates that cost bits has no lanes to keep.
        var ofStates = 2 * 4 * 2 * 32 * sizeof(float);
        var budget = ActivationMemory.Estimate(network, 4, 100).Stored + ofHead + ofStates;
        var task = LanguageTask.Of(Sequences.Random(1, 1_999, 1_999, LanguageTask.VocabularySize));
        task = task with
        {
            Model = new LanguageModelOptions { WindowLength = 200 },
            Network = network,
            Training = task.Training with { MaximumEpochs = 2, ActivationStrategy = ActivationStrategy.Auto, MemoryBudget = budget },
        };

        var peak = task.Run().Report.PeakActivationBytes;
        Assert.IsTrue(peak <= budget, $"{peak} bytes of a budget of {budget}");
        Assert.IsTrue(peak > 0.98 * budget, $"{peak} bytes of a budget of {budget}");

        // The last window's states at its end no longer fit, so it is checkpointed too.
        var less = (task with { Training = task.Training with { MemoryBudget = budget - 64 } }).Run().Report.PeakActivationBytes;
        Assert.IsTrue(less < 0.9 * peak, $"{less} bytes");
    }

    [TestMethod]
    [DataRow(ActivationStrategy.Reversible)]
    [DataRow(ActivationStrategy.Stored)]
    public void StatesGoOnFromWindowToWindowAndNotFromEpochToEpoch(ActivationStrategy strategy)
    {
        int[] stream = [0, .. Sequences.Random(1, 250, 250, LanguageTask.VocabularySize)[0]];
        var task = Create(stream, stream, 1, new LanguageModelOptions { WindowLength = 10 }, out var parameters, strategy);
        using var trainer = task.Trainer;
        // Large weights, so that states tell of many steps.
        foreach (var parameter in parameters.All)
            parameter.InitializeUniform(1, 2.5f);
        trainer.BeginValidation();
        var expected = task.Evaluate(0);
        Assert.AreEqual(1, task.ValidationBatchCount);
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            var sum = default(BatchResult);
            var windows = task.BeginEpoch(1);
            for (var i = 0; i < windows; i++)
                sum += task.Train(i, seed: 1);
            Assert.AreEqual(25, windows);
            Assert.AreEqual(expected.Predictions, sum.Predictions);
            // Reversible arithmetic rounds otherwise than that of prediction.
            Assert.AreEqual(expected.LossSum, sum.LossSum, 1e-3 * expected.LossSum, $"epoch {epoch}");
        }
    }

    [TestMethod]
    public void TextsOfAnyLengthAreTrainedOn()
    {
        foreach (var texts in (int[][][])[[[3]], [[], [3]], [[1, 2, 3, 4]], [[1], [2], [3]], [[.. Enumerable.Repeat(4, 200)]]])
        {
            foreach (var fraction in (float[])[0, 0.5f])
            {
                var task = LanguageTask.Of(texts);
                var (model, report) = (task with { Training = task.Training with { BatchSize = 512, ValidationFraction = fraction } }).Run();
                Assert.AreEqual(task.Training.MaximumEpochs, report.Epochs.Count);
                Assert.IsTrue(report.Epochs.All(epoch => epoch.Loss > 0 && double.IsFinite(epoch.Loss)));
                Assert.IsTrue(model.Score(texts[^1]).LogLikelihood < 0);
            }
        }
    }

    private static StreamTask Create(
        int[] stream, int[] validation, int batchSize, LanguageModelOptions model, out NetworkParameters parameters,
        ActivationStrategy strategy = ActivationStrategy.Reversible)
    {
        var network = new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 4, HiddenSize = 4 };
        parameters = NetworkParameters.OfNextTokens(new NetworkShape(network, Math.Max(2, stream.Length)));
        parameters.Encoder.Initialize(1);
        var options = new TrainingOptions { BatchSize = batchSize, Dropout = 0, ActivationStrategy = strategy, Seed = 0 };
        var objective = new NextTokenObjective(TokenFrequencies.Count([stream], parameters.Output.Outcomes), model, options);
        var trainer = new ManagedTrainer(parameters, objective, options, new Device(threads: 1), carriesStates: true);
        return new StreamTask((stream, validation), model, trainer, objective, options);
    }

    /// <summary>A window's inputs, and its targets from the gradient by the bias of scores that are all alike: (1 - V [is target]) / V a prediction.</summary>
    private static (int[] Inputs, int[] Targets) Train(StreamTask task, NetworkParameters parameters, int window)
    {
        foreach (var parameter in parameters.Dense)
            parameter.Gradients.Clear();
        var count = task.Train(window, seed: 1).Predictions;
        var bias = parameters.Output.Bias;
        var occurrences = Enumerable.Range(0, bias.Columns).Select(token => Math.Round((1.0 / bias.Columns - bias.GradientAt(0, token)) * count));
        int[] targets = [.. occurrences.Index().Where(token => token.Item == 1).Select(token => token.Index)];
        return (parameters.Encoder.Embedding.Touched.ToArray(), targets);
    }
}
