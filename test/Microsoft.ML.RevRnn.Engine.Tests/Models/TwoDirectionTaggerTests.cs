using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Taggers that read in both directions: a class hangs on what comes before and behind.</summary>
[TestClass]
internal sealed class TwoDirectionTaggerTests
{
    private const int Vocabulary = 6;
    private const int Classes = 3;

    private static readonly NetworkOptions _network = new() { Cell = CellKind.RevGru, EmbeddingSize = 8, HiddenSize = 16, Bidirectional = true };

    private static readonly TrainingOptions _training = new() { MaximumEpochs = 12, BatchSize = 16, LearningRate = 0.02f, Dropout = 0, Seed = 1, ThreadCount = 2 };

    private static readonly int[][] _sequences = Sequences.Random(300, 1, 30, Vocabulary);

    /// <summary>Whether the token before is smaller than the one behind, the same, or larger.</summary>
    private static readonly int[][] _labels = Array.ConvertAll(_sequences, sequence => sequence.Select((_, t) => 1 + At(sequence, t - 1).CompareTo(At(sequence, t + 1))).ToArray());

    private static readonly Lazy<SequenceTagger> _tagger = new(() => Train(_network, _training).Model);

    [TestMethod]
    public void EachTokenIsToldByWhatStandsBeforeAndBehindIt()
    {
        var (both, forwards) = (Accuracy(_tagger.Value), Accuracy(Train(_network with { Bidirectional = false }, _training).Model));

        Assert.IsGreaterThan(0.87, both);
        Assert.IsLessThan(0.75, forwards, "Who has not read the token behind guesses.");
    }

    /// <summary>Loss and gradients, against sums in double over the outputs of joined directions.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm, 0f)]
    [DataRow(CellKind.Gru, 0.1f)]
    public void LossAndGradientsAreThoseOfTheEquations(CellKind cell, float smoothing)
    {
        var (sequences, labels) = (_sequences[..7], _labels[..7]);
        float[] weights = [1, 0.5f, 2, 1, 0, 3, 1];
        using var device = new Device(threads: 2);
        using var parameters = NetworkParameters.OfTokens(new NetworkShape(_network with { Cell = cell, LayerCount = 2 }, Vocabulary), Classes);
        parameters.Initialize(5);
        var settings = new StackSettings { Arithmetic = Cells.CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored, ChunkLength = new ChunkLength(1, 3, 1) };
        var batch = new PackedBatch();
        batch.Fill(sequences, Parameter.Identity(sequences.Length), 0);

        using var encoder = Encoders.Create(parameters.Encoder, settings, device, joins: false);
        using var head = new ManagedHeads(encoder).Tokens(parameters.Output, new LabelTargets(labels) { Weights = weights }, 0, smoothing, null);
        encoder.PrepareTraining();
        parameters.Output.Weight.EnableGradient();
        parameters.Output.Bias.EnableGradient();
        var result = new BatchPass(encoder, head).Train(batch, seed: 0);
        var actual = Gradients(parameters);
        var (weight, bias) = (parameters.Output.Weight.Gradients.ToArray(), parameters.Output.Bias.Gradients.ToArray());

        Clear(parameters);
        using var joined = Encoders.Create(parameters.Encoder, settings, device);
        joined.PrepareTraining();
        var expected = new MeetingReference(parameters, batch, labels, weights, smoothing);
        using var watched = new WatchedHead(joined, new LinearHead(joined, expected.OutputGradient));
        watched.ForwardEnded += () => expected.Learn(watched.Outputs);
        new BatchPass(joined, watched).Train(batch, seed: 0);
        Assert.AreEqual(expected.Loss, result.LossSum, 1e-4);
        Near.AreNearToLargest(Gradients(parameters), actual, 1e-5, "gradient");
        var columns = parameters.Encoder.Shape.OutputColumns();
        for (var c = 0; c < Classes; c++)
        {
            Assert.AreEqual(expected.Bias[c], bias[c], 1e-5, $"bias {c}");
            for (var i = 0; i < columns.Length; i++)
                Assert.AreEqual(expected.Weight[c, i], weight[c * parameters.Output.Weight.Stride + columns[i]], 1e-5, $"weight {c} {i}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void TheSameSeedGivesTheSameModelWhateverTheStrategyAndTheThreads(CellKind cell)
    {
        var training = _training with { MaximumEpochs = 2, Dropout = 0.3f };
        var network = _network with { Cell = cell, LayerCount = 2 };
        var expected = Tests.Models.Bytes(Train(network, training).Model);
        foreach (var (strategy, threads) in ((ActivationStrategy, int)[])[(ActivationStrategy.Stored, 1), (ActivationStrategy.Hybrid, 3), (ActivationStrategy.Checkpointed, 1)])
            CollectionAssert.AreEqual(expected, Tests.Models.Bytes(Train(network, training with { ActivationStrategy = strategy, ThreadCount = threads }).Model), $"{strategy}");
    }

    [TestMethod]
    public void ABudgetIsKept()
    {
        var sequences = Sequences.Random(4, 300, 400);
        int[][] labels = Array.ConvertAll(sequences, sequence => Array.ConvertAll(sequence, token => token % Classes));
        var training = _training with { MaximumEpochs = 1, BatchSize = 4, ValidationFraction = 0, ActivationStrategy = ActivationStrategy.Auto };
        var free = SequenceTagger.Train(sequences, labels, Classes, 11, _network with { HiddenSize = 34 }, training).Report.PeakActivationBytes;

        var held = SequenceTagger.Train(sequences, labels, Classes, 11, _network with { HiddenSize = 34 }, training with { MemoryBudget = free / 3 }).Report.PeakActivationBytes;

        Assert.IsTrue(held <= free / 3, $"{held} bytes of {free / 3}");
    }

    [TestMethod]
    public void SideBySideTheyAreToldAsAlone()
    {
        int[][] sequences = [.. _sequences[..40], []];

        var many = _tagger.Value.PredictMany(sequences);

        for (var i = 0; i < sequences.Length; i++)
            Near.AreSame(Predict(_tagger.Value, sequences[i]), many[i], $"sequence {i}");
    }

    [TestMethod]
    public void ReversedTextsAndSwappedDirectionsReverseTheClasses()
    {
        var parameters = _tagger.Value.Parameters;
        var swapped = NetworkParameters.OfTokens(parameters.Network, Classes);
        swapped.Encoder.Embedding.Value.CopyValuesFrom(parameters.Encoder.Embedding.Value);
        swapped.Output.Bias.CopyValuesFrom(parameters.Output.Bias);
        for (var direction = 0; direction < 2; direction++)
        {
            foreach (var (target, source) in swapped.Encoder.Stacks[direction].All.Zip(parameters.Encoder.Stacks[1 - direction].All))
                target.CopyValuesFrom(source);
            for (var i = 0; i < _network.HiddenSize; i++)
            {
                for (var c = 0; c < Classes; c++)
                    swapped.Output.Weight.At(c, direction * _network.HiddenSize + i) = parameters.Output.Weight.At(c, (1 - direction) * _network.HiddenSize + i);
            }
        }
        var other = new SequenceTagger(swapped);
        foreach (var sequence in _sequences[..20])
        {
            var (expected, actual) = (Predict(_tagger.Value, sequence), Predict(other, [.. sequence.AsEnumerable().Reverse()]));
            for (var t = 0; t < sequence.Length; t++)
                Near.AreSame(expected.AsSpan(t * Classes, Classes), actual.AsSpan((sequence.Length - 1 - t) * Classes, Classes), $"token {t}");
        }
    }

    [TestMethod]
    public void SavedAndLoadedItTellsTheSame()
    {
        var content = Tests.Models.Bytes(_tagger.Value);

        var loaded = Tests.Models.Tagger(content);

        Near.AreSame(Predict(_tagger.Value, _sequences[3]), Predict(loaded, _sequences[3]), "probability");
        CollectionAssert.AreEqual(content, Tests.Models.Bytes(loaded));
        var compact = Tests.Models.Tagger(Tests.Models.Bytes(loaded.WithWeights(WeightPrecision.Int8)));
        Assert.IsGreaterThan(0.87, Accuracy(compact));
    }

    /// <summary>By the token's own vector, along itself: the odds of two classes change as the gradient times the vector says, for tokens before and behind.</summary>
    [TestMethod]
    public void ConnectivityIsThatOfCentralDifferences()
    {
        const int Position = 2;
        int[] text = [0, 1, 2, 3, 4, 5];
        // States of reversible cells go in steps, which differences would see.
        var tagger = Train(_network with { Cell = CellKind.Gru }, _training with { MaximumEpochs = 4 }).Model;
        var parameters = tagger.Parameters;
        var options = new ConnectivityOptions { Measure = ConnectivityMeasure.Signed };
        var rows = TokenConnectivity.Of(tagger, text, [new(Position, 1), new(Position, 0)], options);
        foreach (var (row, t) in rows.SelectMany(row => text.Select((_, t) => (row, t))).Where(place => place.t == Position))
            Assert.AreNotEqual(0f, row[t]);

        for (var t = 0; t < text.Length; t++)
        {
            const double Step = 0.01;
            var change = (Odds(t, 1 + Step) - Odds(t, 1 - Step)) / (2 * Step);
            Assert.AreEqual(change, rows[0][t] - rows[1][t], 0.05 * Math.Max(0.2, Math.Abs(change)), $"token {t}");
        }

        double Odds(int token, double factor)
        {
            var changed = NetworkParameters.OfTokens(parameters.Network, Classes);
            Weights.Copy(parameters.All, changed.All, WeightPrecision.Single);
            for (var i = 0; i < _network.EmbeddingSize; i++)
                changed.Encoder.Embedding.Value.At(token, i) *= (float)factor;
            var probabilities = Predict(new SequenceTagger(changed), text);
            return Math.Log(probabilities[Position * Classes + 1]) - Math.Log(probabilities[Position * Classes]);
        }
    }

    [TestMethod]
    public void AClassThatIsFedBackIsRefused()
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Train(_network with { Feedback = FeedbackKind.Output }, _training));

        StringAssert.Contains(failure.Message, "Feedback must be None where Bidirectional is set");
    }

    private static int At(int[] sequence, int t) => t >= 0 && t < sequence.Length ? sequence[t] : 0;

    private static TrainingResult<SequenceTagger> Train(NetworkOptions network, TrainingOptions training)
        => SequenceTagger.Train(_sequences[..200], _labels[..200], Classes, Vocabulary, network, training);

    private static double Accuracy(SequenceTagger tagger)
    {
        var (right, all) = (0, 0);
        for (var i = 200; i < 300; i++)
        {
            var probabilities = Predict(tagger, _sequences[i]);
            for (var t = 0; t < _sequences[i].Length; t++, all++)
                right += probabilities.AsSpan(t * Classes, Classes).IndexOf(probabilities.AsSpan(t * Classes, Classes).ToArray().Max()) == _labels[i][t] ? 1 : 0;
        }
        return (double)right / all;
    }

    private static float[] Predict(SequenceTagger model, int[] tokens)
    {
        var probabilities = new float[tokens.Length * Classes];
        model.Predict(tokens, probabilities);
        return probabilities;
    }

    /// <summary>Those by the encoder's weights; its vectors' gradients lie elsewhere.</summary>
    private static double[] Gradients(NetworkParameters parameters) =>
        [.. parameters.Encoder.Stacks.SelectMany(stack => stack.All).SelectMany(parameter => parameter.Gradients.ToArray()).Select(value => (double)value)];

    private static void Clear(NetworkParameters parameters)
    {
        foreach (var parameter in parameters.Encoder.Stacks.SelectMany(stack => stack.All))
            parameter.Gradients.Clear();
    }
}
