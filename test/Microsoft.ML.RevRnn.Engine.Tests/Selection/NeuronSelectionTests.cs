using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Selection;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Gates in the weights, and neurons cut with theirs.</summary>
[TestClass]
internal sealed class NeuronSelectionTests
{
    private const int Vocabulary = 9;

    /// <summary>All that neurons can be cut from.</summary>
    public static IEnumerable<object[]> Cells => Enum.GetValues<CellKind>().Where(cell => CellSpec.Of(cell).Stages.Count == 0).Select(cell => (object[])[cell]);

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AShrunkClassifierGivesWhatTheGatedOneDoes(CellKind cell)
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            foreach (var (layers, bidirectional, inputs) in ((int, bool, float)[])[(1, false, 1), (2, false, 0.5f), (2, true, 0.5f)])
            {
                var options = new NetworkOptions
                {
                    Cell = cell,
                    EmbeddingSize = 10,
                    HiddenSize = 36,
                    LayerCount = layers,
                    Bidirectional = bidirectional,
                    Pooling = pooling,
                };
                using var network = NetworkParameters.OfSequences(new NetworkShape(options, Vocabulary), 3);
                network.Initialize(5);
                var (groups, choice) = Choose(network, inputs);

                using var shrunk = NetworkShrinker.Shrink(network, groups, choice, shape => NetworkParameters.OfSequences(shape, 3));

                Assert.AreEqual((inputs == 1 ? 10 : 5, 18), (shrunk.Network.Options.EmbeddingSize, shrunk.Network.Options.HiddenSize));
                var (gated, cut) = (new SequenceScorer(network), new SequenceScorer(shrunk));
                foreach (var tokens in Sequences.Random(3, 1, 20, Vocabulary))
                    AssertSame(gated.Score(tokens, []), cut.Score(tokens, []), $"{pooling}, {layers} layers");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void AShrunkLanguageModelGivesWhatTheGatedOneDoes(CellKind cell)
    {
        foreach (var (layers, tied, inputs) in ((int, bool, float)[])[(1, false, 1), (2, false, 0.5f), (3, true, 1)])
        {
            var options = new NetworkOptions { Cell = cell, EmbeddingSize = 10, HiddenSize = 36, LayerCount = layers, TieEmbeddings = tied, Pooling = default };
            using var network = NetworkParameters.OfNextTokens(new NetworkShape(options, Vocabulary));
            network.Initialize(5);
            var (groups, choice) = Choose(network, inputs);

            using var shrunk = NetworkShrinker.Shrink(network, groups, choice, NetworkParameters.OfNextTokens);

            Assert.AreEqual(18, shrunk.Network.Options.HiddenSize);
            var (gated, cut) = (new LanguageModelSession(network, new SharedWeights(), cache: null, []), new LanguageModelSession(shrunk, new SharedWeights(), cache: null, []));
            foreach (var token in Sequences.Random(1, 20, 20, Vocabulary)[0])
            {
                gated.Read(token);
                cut.Read(token);
                AssertSame(gated.LogProbabilities, cut.LogProbabilities, $"{layers} layers");
            }
        }
    }

    [TestMethod]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.GruResetAfter)]
    public void TheGradientByGatesIsThatOfDifferences(CellKind cell)
    {
        var options = new NetworkOptions { Cell = cell, EmbeddingSize = 6, HiddenSize = 10, LayerCount = 2, Bidirectional = true };
        using var network = NetworkParameters.OfSequences(new NetworkShape(options, Vocabulary), 3);
        network.Initialize(5);
        var (groups, gates) = (NeuronGroup.Of(network, selectsInputs: true), RandomGates(network));
        var gradients = gates.Select(group => new float[group.Length]).ToArray();
        int[] labels = [0, 1, 2, 1];
        var training = new TrainingOptions { Seed = 1, Dropout = 0 };
        using var device = new Device(threads: 1);
        using var trainer = new ManagedTrainer(network, new SequenceObjective(new SoftmaxLoss(labels), labels, training), training, device);
        var weights = new GatedWeights(groups);
        var batch = new PackedBatch();
        batch.Fill(Sequences.Random(4, 3, 9, Vocabulary), [0, 1, 2, 3], 0);
        var before = network.All.Select(parameter => parameter.Values.ToArray()).ToArray();

        Loss();
        weights.Collect(gates, gradients);

        foreach (var (expected, actual) in before.Zip(network.All))
            Near.AreSame(expected, actual.Values, actual.Name);
        const float Step = 1e-2f;
        foreach (var (group, i) in ((int, int)[])[(0, 2), (1, 0), (1, 9), (2, 3), (3, 5), (4, 7)])
        {
            var gate = gates[group][i];
            gates[group][i] = gate + Step;
            var more = Loss();
            gates[group][i] = gate - Step;
            var less = Loss();
            gates[group][i] = gate;
            Assert.AreEqual((more - less) / (2 * Step), gradients[group][i], 1e-4 + 0.02 * Math.Abs(gradients[group][i]), $"group {group}, neuron {i}");
        }

        double Loss()
        {
            weights.Apply(gates);
            var result = trainer.Train(batch, 0);
            weights.Restore();
            return result.LossSum / result.Weight;
        }
    }

    [TestMethod]
    public void GatesCloseUntilAsManyAreOpenAsAreToBeKeptAndThoseStayThatMatter()
    {
        using var network = NetworkParameters.OfSequences(new NetworkShape(new NetworkOptions { EmbeddingSize = 4, HiddenSize = 40 }, Vocabulary), 3);
        var groups = NeuronGroup.Of(network, selectsInputs: false);
        var gates = new NeuronGates(groups, new ShrinkOptions { KeepFraction = 0.25f }, 200, seed: 3);
        Assert.IsTrue(groups[0].IsFixed);
        for (var step = 0; step < 200; step++)
        {
            gates.Draw((ulong)step);
            Assert.IsTrue(gates.Values[0].All(value => value == 1), "There is no choice among the inputs.");
            // The loss falls with each open gate of a neuron whose number is divisible by 4, and knows no others.
            for (var i = 0; i < 40; i++)
                gates.Gradients[1][i] = i % 4 == 0 ? -0.1f : 0;
            gates.Step();
        }

        var open = gates.OpenSums()[1];
        Assert.AreEqual(2, open.Length);
        Assert.IsTrue(open.All(half => half is > 4 and < 6.5), string.Join(", ", open));
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).Select(i => 4 * i).ToArray(), NeuronChoice.Of(groups, gates, new ShrinkOptions { KeepFraction = 0.25f }).Kept[1]);
    }

    [TestMethod]
    public void TheMagnitudeIsThatOfBothNormsAndEachHalfKeepsAsMany()
    {
        using var network = NetworkParameters.OfSequences(new NetworkShape(new NetworkOptions { EmbeddingSize = 4, HiddenSize = 8, Pooling = PoolingKind.Last }, Vocabulary), 3);
        network.Initialize(1);
        var groups = NeuronGroup.Of(network, selectsInputs: false);
        // Units 1 and 2 of the first half count by what reads them, 5 and 7 by what makes them; unit 0 has one of both only.
        foreach (var (unit, readers, own) in ((int, float, float)[])[(0, 100, 0), (1, 9, 1), (2, 8, 1), (3, 1, 1), (4, 1, 1), (5, 1, 9), (6, 1, 1), (7, 1, 8)])
        {
            foreach (var weights in groups[1].Readers.Where(weights => unit >= weights.Neuron && unit < weights.Neuron + weights.Count))
                Scale(weights, unit, readers);
            foreach (var weights in groups[1].Own.Where(weights => unit >= weights.Neuron && unit < weights.Neuron + weights.Count))
                Scale(weights, unit, own);
        }

        var choice = NeuronChoice.ByMagnitude(groups, new ShrinkOptions { Method = NeuronSelectionMethod.Magnitude });

        CollectionAssert.AreEqual((int[])[1, 2, 5, 7], choice.Kept[1]);
        CollectionAssert.AreEqual((float[])[0, 1, 1, 0, 0, 1, 0, 1], choice.Gates[1]);

        static void Scale(NeuronWeights weights, int unit, float factor)
        {
            var index = weights.Index + unit - weights.Neuron;
            for (var i = 0; i < (weights.InRows ? weights.Parameter.Columns : weights.Parameter.Rows); i++)
                (weights.InRows ? ref weights.Parameter.At(index, i) : ref weights.Parameter.At(i, index)) *= factor;
        }
    }

    /// <summary>A choice of half the neurons and gates of any size.</summary>
    private static (IReadOnlyList<NeuronGroup> Groups, NeuronChoice Choice) Choose(NetworkParameters network, float inputs)
    {
        var groups = NeuronGroup.Of(network, selectsInputs: inputs < 1);
        var choice = NeuronChoice.ByMagnitude(groups, new ShrinkOptions { InputKeepFraction = inputs, Method = NeuronSelectionMethod.Magnitude });
        foreach (var (gates, random) in choice.Gates.Zip(RandomGates(network)).Where((_, group) => !groups[group].IsFixed))
        {
            for (var i = 0; i < gates.Length; i++)
                gates[i] *= random[i];
        }
        return (groups, choice);
    }

    private static float[][] RandomGates(NetworkParameters network)
    {
        var random = new Random(8);
        return [.. NeuronGroup.Of(network, selectsInputs: false).Select(group => Enumerable.Range(0, group.Count).Select(_ => 0.3f + random.NextSingle()).ToArray())];
    }

    private static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-6, $"{what}, {i}");
    }
}
