namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What is of classifiers over trees alone.</summary>
[TestClass]
internal sealed class TreeClassifierTests
{
    private static readonly ToyTask _task = ToyTask.Learnable();

    /// <summary>Whether a text of 32 tokens ends as it began, which half of them do: no count of its tokens tells.</summary>
    [TestMethod]
    public void UnitsThatBeginAsCarriersTellWhetherATextEndsAsItBegan()
    {
        var network = new NetworkOptions { Structure = NetworkStructure.BalancedTree, EmbeddingSize = 16, HiddenSize = 32, Pooling = PoolingKind.Last };
        var training = _task.Training with { MaximumEpochs = 12, Seed = 1, BatchSize = 20, LearningRate = 5e-3f, Dropout = 0, ValidationFraction = 0 };
        var (sequences, labels) = Draw(count: 1000, seed: 1);
        var (unseen, expected) = Draw(count: 300, seed: 2);

        double Accuracy(float carry)
            => SequenceClassifier.Train(sequences, labels, 2, 4, network with { CarryFraction = carry }, training).Model.Accuracy(unseen, expected);

        Assert.IsGreaterThan(0.95, Accuracy(carry: 1));
        Assert.IsLessThan(0.6, Accuracy(carry: 0), "The start is what makes the difference.");

        static (int[][] Sequences, int[] Labels) Draw(int count, int seed)
        {
            var random = new Random(seed);
            int[][] sequences = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 32).Select(_ => random.Next(4)).ToArray())];
            foreach (var (i, tokens) in sequences.Index())
                tokens[^1] = (tokens[0] + (i % 2 == 0 ? 0 : random.Next(1, 4))) % 4;
            return (sequences, [.. sequences.Select(tokens => tokens[0] == tokens[^1] ? 1 : 0)]);
        }
    }

    [TestMethod]
    public void OptionsOfStacksAreRefused()
    {
        var network = _task.Network with { Structure = NetworkStructure.BalancedTree };
        foreach (var option in (NetworkOptions[])
            [network with { LayerCount = 2 }, network with { TieEmbeddings = true }, network with { SkipConnections = true }, network with { Bidirectional = true }])
        {
            var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(option.Validate);
            StringAssert.Contains(failure.Message, nameof(NetworkStructure.BalancedTree));
        }
    }

    [TestMethod]
    public void AFileThatSaysThatALanguageModelIsATreeIsDamaged()
    {
        var model = LanguageModel.Train(_task.Sequences, ToyTask.VocabularySize, _task.Network, new LanguageModelOptions(), _task.Training with { MaximumEpochs = 1 }).Model;
        var content = Models.Bytes(model);
        // The byte of cell and structure comes behind version and kind.
        content[5] |= 1 << 6;

        Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content));
    }

    [TestMethod]
    public void AGivenTreeIsNotWrittenAsOnnx()
    {
        var model = (_task with { Network = _task.Network with { Structure = NetworkStructure.GivenTree }, Training = _task.Training with { MaximumEpochs = 1 } }).Run().Model;

        StringAssert.Contains(Assert.ThrowsExactly<NotSupportedException>(() => model.SaveAsOnnx(new MemoryStream())).Message, nameof(NetworkStructure.GivenTree));
    }
}
