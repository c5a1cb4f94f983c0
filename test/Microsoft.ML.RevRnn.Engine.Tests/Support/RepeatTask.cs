using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
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
        using var parameters = new LanguageModelParameters(new StackOptions
        {
            Cell = cell,
            Vocabulary = Letters + 1,
            EmbeddingWidth = Units,
            Units = Units,
            Layers = 1,
            Limit = ForgettingLimit.None,
        });
        parameters.Initialize(CounterRandom.Key(Training.RandomSeed, 0));
        using var team = new WorkerTeam(1);
        using (var task = new NextTokenTask(
            parameters, Texts(400, seed: 1), heldBack: null, Training, DropoutRates.OfLayers(Training.Dropout), softmaxSamples: 0, team))
        {
            using var loop = new TrainingLoop(task, Training, team, null);
            loop.Run(CancellationToken.None);
        }
        return Evaluate(parameters, Texts(64, seed: 2), team);
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

    private static unsafe (double Accuracy, double Loss) Evaluate(LanguageModelParameters parameters, int[][] texts, WorkerTeam team)
    {
        var batch = new PackedBatch();
        batch.Fill(texts, Parameter.Identity(texts.Length), Vocabulary.EmptyToken);
        using var stack = new RecurrentStack(parameters.Stack, CellArithmetic.Inference, ActivationStrategy.Reversible, DropoutRates.None, team, SimdWidths.Best);
        stack.PackWeights(forTraining: false);
        stack.Begin(batch, training: false, 0);
        var (correct, known, loss) = (0, 0, 0.0);
        for (var i = 0; i < stack.ChunkCount; i++)
        {
            var chunk = stack.GetChunk(i);
            stack.Forward(chunk, training: false);
            for (var row = 0; row < chunk.FlatRows; row++)
            {
                var step = chunk.First + row / texts.Length;
                if (step % 2 != 0)
                    continue;
                // After the first of a pair its own token is the next one.
                var target = batch.Tokens[(int)chunk.FlatStart + row];
                var scores = Scores(parameters, stack.TopShape, stack.Outputs(chunk) + (nint)row * stack.OutputStride);
                correct += Array.IndexOf(scores, scores.Max()) == target ? 1 : 0;
                loss += Math.Log(scores.Sum(Math.Exp)) - scores[target];
                known++;
            }
        }
        return ((double)correct / known, loss / known);
    }

    /// <summary>[V] from the output of one row and step.</summary>
    private static unsafe double[] Scores(LanguageModelParameters parameters, CellShape shape, float* output)
    {
        var scores = new double[parameters.Weight.Rows];
        for (var v = 0; v < scores.Length; v++)
        {
            scores[v] = parameters.Bias.At(0, v);
            for (var unit = 0; unit < shape.Units; unit++)
                scores[v] += parameters.Weight.At(v, unit) * output[shape.StateIndex(unit)];
        }
        return scores;
    }
}
