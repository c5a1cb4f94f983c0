using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The repeat task of MacKay et al. 2018, section 4, for a next-token model: random letters, each given twice (a a b b c c ...), so that every second
/// token is known from the one before it, and nothing is known of the others.
/// </summary>
internal sealed record RepeatTask
{
    /// <summary>Different letters: the tokens from 1 on.</summary>
    public required int Letters { get; init; }

    /// <summary>T: tokens of a text, even.</summary>
    public required int Steps { get; init; }

    /// <summary>H, and I.</summary>
    public required int Units { get; init; }

    public TrainingOptions Training { get; init; } = new()
    {
        MaximumEpochs = 30,
        BatchSize = 16,
        LearningRate = 0.01f,
        Dropout = 0,
        ValidationFraction = 0,
        ThreadCount = 1,
        Seed = 3,
    };

    /// <summary>Trains a cell; its accuracy and mean cross-entropy at the known tokens of texts that are drawn anew.</summary>
    public (double Accuracy, double Loss) Run(CellKind cell)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = Units, HiddenSize = Units, ForgettingLimit = ForgettingLimit.None };
        using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(network, Letters + 1));
        parameters.Initialize(CounterRandom.Key(Training.RandomSeed, RandomUse.InitialWeights));
        using var device = new Device(threads: 1);
        var texts = Texts(400, seed: 1);
        var objective = new NextTokenObjective(new long[Letters + 1], new LanguageModelOptions(), Training);
        using (var trainer = new ManagedTrainer(parameters, objective, Training, device))
        {
            var task = new SequenceTask(texts, HeldBack.Random(texts.Length, Training), trainer, objective, Training);
            new TrainingLoop(task, Training, null).Run(CancellationToken.None);
        }
        return Evaluate(parameters, Texts(64, seed: 2), device);
    }

    private int[][] Texts(int count, int seed)
    {
        var texts = Sequences.Random(count, Steps, Steps, Letters, seed);
        foreach (var tokens in texts)
        {
            for (var t = 0; t < Steps; t++)
                tokens[t] = t % 2 == 0 ? tokens[t] + 1 : tokens[t - 1];
        }
        return texts;
    }

    private static (double Accuracy, double Loss) Evaluate(NetworkParameters parameters, int[][] texts, Device device)
    {
        var batch = new PackedBatch();
        batch.Fill(texts, Parameter.Identity(texts.Length), Vocabulary.EmptyToken);
        using var encoder = Encoders.Create(parameters.Encoder, StackSettings.Prediction, device);
        using var head = new RepeatHead(parameters.Output, encoder);
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        pass.Run(batch);
        return (head.Accuracy, head.Loss);
    }
}
