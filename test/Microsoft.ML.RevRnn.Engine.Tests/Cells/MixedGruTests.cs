using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>GRUs of several sets of weights.</summary>
[TestClass]
internal sealed class MixedGruTests
{
    [TestMethod]
    public void OfOneSetItIsAGruToTheBit()
    {
        var setup = new StackSetup { Cell = CellKind.MixedGru, MixtureSize = 1, Units = 34, Layers = 2, Dropout = 0.2f, Strategy = ActivationStrategy.Stored };
        using var mixed = new StackRun(setup);
        using var gru = new StackRun(setup with { Cell = CellKind.Gru });
        var pairs = mixed.Parameters.Encoder.Stacks[0].Layers.Zip(gru.Parameters.Encoder.Stacks[0].Layers, (of, plain) => Places(of, plain).ToArray()).SelectMany(places => places).ToArray();
        foreach (var (from, row, column, to, toRow, toColumn) in pairs)
            to.At(toRow, toColumn) = from.At(row, column);
        var sequences = Sequences.Random(9, 1, 40);

        mixed.Train(sequences);
        gru.Train(sequences);

        Near.AreSame(gru.Outputs, mixed.Outputs, "output");
        foreach (var (from, row, column, to, toRow, toColumn) in pairs)
            Assert.AreEqual(to.GradientAt(toRow, toColumn), from.GradientAt(row, column), $"{from.Name} {row} {column}");
    }

    /// <summary>A token is followed by its successor in one of two orders, which the tokens themselves tell apart.</summary>
    [TestMethod]
    public void TheSetTakenHangsOnTheToken()
    {
        var random = new Random(5);
        int[][] texts = [.. Enumerable.Range(0, 200).Select(_ => Text(random))];
        var network = new NetworkOptions { Cell = CellKind.MixedGru, EmbeddingSize = 8, HiddenSize = 16 };
        var training = new TrainingOptions { MaximumEpochs = 4, BatchSize = 8, LearningRate = 0.02f, Dropout = 0, Seed = 1, ValidationFraction = 0.1f };
        var model = LanguageModel.Train(texts, 12, network, new LanguageModelOptions { WindowLength = 20 }, training).Model;
        int[] tokens = [.. texts[..40].SelectMany(text => text)];

        int[] chosen = [.. texts[..40].SelectMany(text => CellMixture.Chosen(model, text))];

        var histogram = CellMixture.Histogram(tokens, chosen, 12, 4);
        Assert.AreEqual(tokens.Length, histogram.Cast<long>().Sum());
        var bits = CellMixture.MutualInformation(histogram);
        Assert.IsTrue(bits > 0.1, $"{bits} bits: the choice is the same whatever is read.");
    }

    [TestMethod]
    public void MutualInformationIsThatOfTheHistogram()
    {
        Assert.AreEqual(1, CellMixture.MutualInformation(new long[,] { { 5, 0 }, { 0, 5 } }), 1e-12);
        Assert.AreEqual(0, CellMixture.MutualInformation(new long[,] { { 2, 4 }, { 3, 6 } }), 1e-12);
        Assert.ThrowsExactly<ArgumentException>(() => CellMixture.Histogram([1, 2], [0], 3, 2));
        Assert.ThrowsExactly<ArgumentException>(() => CellMixture.Histogram([1], [2], 3, 2));
    }

    [TestMethod]
    public void OtherCellsHaveNoSets()
    {
        var training = new TrainingOptions { MaximumEpochs = 1, Seed = 1 };
        int[][] texts = [.. Enumerable.Range(0, 20).Select(i => Text(new Random(i)))];
        var model = LanguageModel.Train(texts, 12, new NetworkOptions { Cell = CellKind.Gru, EmbeddingSize = 4, HiddenSize = 4 }, new LanguageModelOptions { WindowLength = 10 }, training).Model;

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => CellMixture.Chosen(model, [1, 2])).Message, "Gru; MixedGru alone");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(9)]
    public void ANumberOfSetsOutOfRangeIsNamed(int sets)
        => Assert.AreEqual(nameof(NetworkOptions.MixtureSize), Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkOptions { MixtureSize = sets }.Validate()).ParamName);

    private static int[] Text(Random random)
    {
        var (text, token) = (new int[30], 2 + random.Next(10));
        for (var t = 0; t < text.Length; t++)
        {
            text[t] = token;
            token = token % 2 == 0 ? 2 + (token + 1) % 10 : 2 + (token * 3 + random.Next(2)) % 10;
        }
        return text;
    }

    /// <summary>Where the weights of one set are those of a GRU: z, r and g of both, of the inputs, the bias and the hidden units.</summary>
    private static IEnumerable<(Parameter From, int Row, int Column, Parameter To, int ToRow, int ToColumn)> Places(LayerParameters mixed, LayerParameters gru)
    {
        const int H = 34;
        for (var gate = 0; gate < 3; gate++)
        {
            for (var unit = 0; unit < H; unit++)
            {
                // One score lies between r and g.
                var column = gate * H + unit + (gate == 2 ? 1 : 0);
                for (var row = 0; row < gru.Input.Rows; row++)
                    yield return (mixed.Input, row, column, gru.Input, row, gate * H + unit);
                yield return (mixed.Bias, 0, column, gru.Bias, 0, gate * H + unit);
                for (var row = 0; row < H; row++)
                    yield return (gate == 2 ? mixed.Inner[0] : mixed.Hidden[0], row, gate == 2 ? unit : column, gru.Hidden[0], row, gate * H + unit);
            }
        }
    }
}
