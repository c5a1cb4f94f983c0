namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What is of classifiers over memories alone.</summary>
[TestClass]
internal sealed class MemoryClassifierTests
{
    private static readonly ToyTask _task = With(ToyTask.Learnable(), hops: 2);

    [TestMethod]
    public void EveryCutOfAFileIsRefused()
    {
        var content = Models.Bytes((_task with { Training = _task.Training with { MaximumEpochs = 1 } }).Run().Model);

        for (var length = 0; length < content.Length; length += 97)
            Assert.ThrowsExactly<FormatException>(() => Models.Classifier(content[..length]), $"{length} bytes");
    }

    /// <summary>
    /// The second token says whether the first or the third is the class: no sum over tokens tells, of whatever is made of each alone; where both differ, who reads once has to guess.
    /// </summary>
    [TestMethod]
    public void ReadingTwiceFindsWhatReadingOnceHasBeenToldOf()
    {
        var (sequences, labels) = Draw(1000, seed: 1);
        var (unseen, expected) = Draw(300, seed: 2);
        double Accuracy(int hops)
        {
            var task = With(_task with { Sequences = sequences, Labels = labels }, hops);
            task = task with
            {
                Network = task.Network with { EmbeddingSize = 16, HiddenSize = 32, Pooling = PoolingKind.Last },
                Training = task.Training with { MaximumEpochs = 15, LearningRate = 0.01f, ValidationFraction = 0 },
            };
            return task.Run().Model.Accuracy(unseen, expected);
        }

        Assert.IsGreaterThan(0.95, Accuracy(hops: 2));
        Assert.IsLessThan(0.8, Accuracy(hops: 1), "One reading has nothing to look up by.");

        static (int[][] Sequences, int[] Labels) Draw(int count, int seed)
        {
            var random = new Random(seed);
            int[][] sequences = [.. Enumerable.Range(0, count).Select(_ => (int[])[1 + random.Next(2), 3 + random.Next(2), 1 + random.Next(2)])];
            return (sequences, [.. sequences.Select(tokens => (tokens[1] == 3 ? tokens[0] : tokens[2]) - 1)]);
        }
    }

    private static ToyTask With(ToyTask task, int hops) => task with { Network = task.Network with { Structure = NetworkStructure.MemoryNetwork, LayerCount = hops, Pooling = PoolingKind.Last } };
}
