using System.Text;
using Microsoft.ML.RevRnn.Cells;
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

    [TestMethod]
    [DataRow(2, 1)]
    [DataRow(4, 3)]
    [DataRow(8, 2)]
    public void PredictionHasTheStatesOfTraining(int sets, int threads)
    {
        var setup = new StackSetup
        {
            Cell = CellKind.MixedGru,
            MixtureSize = sets,
            Units = 34,
            Layers = 2,
            Strategy = ActivationStrategy.Stored,
            WeightScale = 2,
            Threads = threads,
        };
        using var training = new StackRun(setup);
        using var prediction = new StackRun(setup with { Arithmetic = CellArithmetic.Inference });
        var sequences = Sequences.Random(21, 1, 40);

        training.Train(sequences);
        prediction.Predict(sequences);

        Near.AreSame(training.Outputs, prediction.Outputs, "output");
        var scorer = training.Parameters.Encoder.Stacks[0].Layers[0];
        Assert.AreNotEqual(0, scorer.Bias.GradientAt(0, 2 * sets * 34), "One set is as good as the other: nothing tells that they are chosen.");
    }

    /// <summary>The second set's score is far above the others', whose weights are no numbers: who multiplied by them would find out.</summary>
    [TestMethod]
    public void PredictionTakesNoProductOfASetThatIsNotChosen()
    {
        const int Sets = 3, Units = 10, Chosen = 1;
        using var run = new StackRun(new StackSetup { Cell = CellKind.MixedGru, MixtureSize = Sets, Units = Units, Layers = 1, Arithmetic = CellArithmetic.Inference });
        var layer = run.Parameters.Encoder.Stacks[0].Layers[0];
        layer.Bias.At(0, 2 * Sets * Units + Chosen) = 50;
        var sequences = Sequences.Random(9, 1, 20);
        run.Predict(sequences);
        var expected = run.Outputs;

        for (var column = 0; column < Sets * Units; column++)
        {
            if (column / Units == Chosen)
                continue;
            for (var row = 0; row < Units; row++)
                layer.Hidden[0].At(row, column) = layer.Hidden[0].At(row, Sets * Units + column) = layer.Inner[0].At(row, column) = float.NaN;
        }
        run.Predict(sequences);

        Near.AreSame(expected, run.Outputs, "output");
        layer.Hidden[0].At(0, Chosen * Units) = float.NaN;
        run.Predict(sequences);
        Assert.IsTrue(run.Outputs.Any(float.IsNaN), "Weights that were changed are not read at all.");
    }

    /// <summary>Files of before had no sign of what is made of the sets.</summary>
    [TestMethod]
    public void AFileWhoseSetsAreMixedIsRefusedByName()
    {
        var model = Train(new NetworkOptions { Cell = CellKind.MixedGru, MixtureSize = 4, EmbeddingSize = 4, HiddenSize = 4 });
        var content = Models.Bytes(model);
        using var stream = new MemoryStream();
        model.SaveAsSafetensors(stream);
        var tensors = Encoding.Latin1.GetString(stream.ToArray());

        // Version, kind, cell and forgetting limit stand before it.
        Assert.AreEqual(128 + 4, content[7]);
        content[7] = 4;
        var old = new MemoryStream(Encoding.Latin1.GetBytes(tensors.Replace("\"revrnn.mixture\":\"chosen\"", "\"revrnn.mixture\":\"of all\"", StringComparison.Ordinal)));

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Models.LanguageModel(content)).Message, "mixes its 4 sets of weights at each step");
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Safetensors.LoadLanguageModel(old)).Message, "train the model anew");
    }

    [TestMethod]
    public void AnOldFileOfOneSetIsReadAsEver()
    {
        var model = Train(new NetworkOptions { Cell = CellKind.MixedGru, MixtureSize = 1, EmbeddingSize = 4, HiddenSize = 4 });
        var content = Models.Bytes(model);
        var old = content.ToArray();
        old[7] = 1;

        CollectionAssert.AreEqual(content, Models.Bytes(Models.LanguageModel(old)));
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
        var model = Train(new NetworkOptions { Cell = CellKind.Gru, EmbeddingSize = 4, HiddenSize = 4 });

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => CellMixture.Chosen(model, [1, 2])).Message, "Gru; MixedGru alone");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(9)]
    public void ANumberOfSetsOutOfRangeIsNamed(int sets)
        => Assert.AreEqual(nameof(NetworkOptions.MixtureSize), Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkOptions { MixtureSize = sets }.Validate()).ParamName);

    private static LanguageModel Train(NetworkOptions network)
    {
        int[][] texts = [.. Enumerable.Range(0, 20).Select(i => Text(new Random(i)))];
        return LanguageModel.Train(texts, 12, network, new LanguageModelOptions { WindowLength = 10 }, new TrainingOptions { MaximumEpochs = 1, Seed = 1 }).Model;
    }

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
