using Microsoft.ML.RevRnn.Analysis;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a prediction hangs on: against an independent implementation, central differences, and what must hold to the bit.</summary>
[TestClass]
internal sealed class TokenConnectivityTests
{
    private const int Spare = 9;
    private const int Size = 10;
    private const int Delay = 7;

    private static readonly Dictionary<CellKind, Lazy<LanguageModel>> _models =
        Enum.GetValues<CellKind>().ToDictionary(cell => cell, cell => new Lazy<LanguageModel>(() => Train(cell)));

    private static readonly int[] _text = Sequences.Random(1, 30, 30, Spare - 2, seed: 5)[0].Select(token => token + 2).ToArray();

    [TestMethod]
    [GoldenFiles("connectivity_gru", ConnectivityMeasure.OneHotNorm, "connectivity_norm")]
    [GoldenFiles("connectivity_gru", ConnectivityMeasure.Norm, "grad_emb_norm")]
    public void ItIsThatOfTheReference(string name, ConnectivityMeasure measure, string expected)
    {
        var file = GoldenFile.Load(name);
        var layers = Enumerable.Range(0, int.MaxValue).First(layer => !file.Has("params", $"l{layer}.gates.kernel"));
        var shape = new NetworkShape(
            new NetworkOptions { Cell = CellKind.Gru, EmbeddingSize = file.Int("D"), HiddenSize = file.Int("H"), LayerCount = layers }, file.Int("V"));
        using var parameters = NetworkParameters.OfTokens(shape, file.Int("K"));
        Fill(parameters.Encoder.Embedding.Value, file.Numbers("embedding"));
        for (var layer = 0; layer < layers; layer++)
        {
            GoldenWeights.ForEach(
                file, parameters.Encoder.Stacks[0].Layers[layer], "params", (parameter, row, column, value) => parameter.At(row, column) = (float)value, $"l{layer}.");
        }
        var kernel = file.Numbers("params", "dense.kernel");
        for (var i = 0; i < kernel.Length; i++)
            parameters.Output.Weight.At(i % file.Int("K"), i / file.Int("K")) = (float)kernel[i];
        int[] source = [.. file.Numbers("source").Select(token => (int)token)];
        ConnectivityOutput[] outputs = [.. file.Numbers("target").Select((target, t) => new ConnectivityOutput(t, (int)target))];

        var rows = TokenConnectivity.Of(parameters, source, boundaries: 0, outputs, new ConnectivityOptions { Measure = measure });

        for (var to = 0; to < rows.Length; to++)
            Near.AreNear(file.Numbers(expected, to), [.. source.Select((_, t) => (double)rows[to][t])], 1e-5, $"{expected} of output {to}");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Gru)]
    public void ItIsThatOfCentralDifferences(CellKind cell)
    {
        var model = _models[cell].Value;
        var spare = new SpareToken(model.Parameters, Spare);
        int[] read = [Vocabulary.EmptyToken, .. _text[..12]];
        var output = new ConnectivityOutput(12, _text[12]);
        var norms = Of(model, output, ConnectivityMeasure.Norm);
        var signed = Of(model, output, ConnectivityMeasure.Signed);
        var oneHot = Of(model, output, ConnectivityMeasure.OneHotNorm);

        var gradients = Enumerable.Range(0, 12).Select(t => spare.Gradient(read, t + 1, tokens => spare.LastScore(tokens, output.Outcome))).ToArray();

        var expected = gradients.Select(gradient => Math.Sqrt(gradient.Sum(value => value * value))).ToArray();
        var bound = expected.Max() * 0.02;
        for (var t = 0; t < 12; t++)
        {
            Assert.AreEqual(expected[t], norms[t], 0.05 * Math.Max(bound, expected[t]), $"norm by token {t}");
            var product = Dot(gradients[t], spare.Vector(_text[t]));
            Assert.AreEqual(product, signed[t], 0.05 * Math.Max(bound, expected[t] * Math.Sqrt(Dot(spare.Vector(_text[t]), spare.Vector(_text[t])))), $"product with token {t}");
            // The spare token's vector is what the last difference left there, for both alike.
            var all = Math.Sqrt(Enumerable.Range(0, Size).Sum(token => Math.Pow(Dot(gradients[t], spare.Vector(token)), 2)));
            if (expected[t] > bound)
                Assert.AreEqual(all, Of(model, output, ConnectivityMeasure.OneHotNorm)[t], 0.05 * all, $"norm over the vocabulary by token {t}");
        }
        Assert.HasCount(12, oneHot.Values);
    }

    [TestMethod]
    public void WhatFollowsHasNoPart()
    {
        var model = _models[CellKind.RevLstm].Value;
        int[] other = [.. _text[..9], .. _text[9..].Select(token => token == 2 ? 3 : 2)];

        var row = TokenConnectivity.Of(model, _text, [new(9, 3)])[0];

        Assert.HasCount(9, row.Values);
        for (var t = 9; t < 40; t++)
            Assert.AreEqual(0f, row[t]);
        Near.AreSame([.. row.Values], [.. TokenConnectivity.Of(model, other, [new(9, 3)])[0].Values], "what comes before");
        Assert.IsGreaterThan(0f, row.Values.Min());
        Assert.IsGreaterThan(0f, row.Start);
        Assert.IsEmpty(TokenConnectivity.Of(model, _text, [new(0, 3)])[0].Values);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    public void EveryStrategyGivesTheSameBits(CellKind cell)
    {
        var model = _models[cell].Value;
        var text = Enumerable.Repeat(_text, 20).SelectMany(tokens => tokens).ToArray();
        ConnectivityOutput[] outputs = [new(600, 4), new(77, 5), new(599, 2)];
        ActivationStrategy[] strategies = cell == CellKind.Lstm
            ? [ActivationStrategy.Checkpointed, ActivationStrategy.Auto]
            : [ActivationStrategy.Reversible, ActivationStrategy.Hybrid, ActivationStrategy.Checkpointed, ActivationStrategy.Auto];

        var stored = TokenConnectivity.Of(model, text, outputs, new ConnectivityOptions { ActivationStrategy = ActivationStrategy.Stored });

        foreach (var strategy in strategies)
        {
            var rows = TokenConnectivity.Of(model, text, outputs, new ConnectivityOptions { ActivationStrategy = strategy, MemoryBudget = 1 << 20 });
            for (var i = 0; i < outputs.Length; i++)
            {
                Assert.AreEqual(outputs[i], rows[i].Output);
                Near.AreSame([stored[i].Start, .. stored[i].Values], [rows[i].Start, .. rows[i].Values], $"{strategy}, output {i}");
            }
        }
    }

    [TestMethod]
    public void OutputsTogetherAreThoseOneByOne()
    {
        var model = _models[CellKind.RevGru].Value;
        ConnectivityOutput[] outputs = [.. Enumerable.Range(0, 31).Select(position => new ConnectivityOutput(position, position % Size))];

        var together = TokenConnectivity.Of(model, _text, outputs);

        for (var i = 0; i < outputs.Length; i++)
            Near.AreSame([.. TokenConnectivity.Of(model, _text, [outputs[i]])[0].Values], [.. together[i].Values], $"output {i}");
    }

    /// <summary>
    /// Where weights are kept small enough that the answer to a token is no step, which is flat at the trained vectors (docs/mlnet.md): those of a GRU are, and a reversible cell's with much weight decay. What a
    /// step hangs on is seen when the token is another one.
    /// </summary>
    [TestMethod]
    [DataRow(CellKind.Gru, 8, 0.01f, 40)]
    [DataRow(CellKind.RevGru, 2, 1f, 60)]
    public void ACopyOfWhatWasReadSevenTokensAgoHangsOnThat(CellKind cell, int width, float weightDecay, int epochs)
    {
        var (tagger, texts) = Copier(cell, width, weightDecay, epochs);

        foreach (var measure in (ConnectivityMeasure[])[ConnectivityMeasure.OneHotNorm, ConnectivityMeasure.Norm])
        {
            var (right, all) = (0, 0);
            foreach (var text in texts)
            {
                ConnectivityOutput[] outputs = [.. Enumerable.Range(Delay, text.Length - Delay).Select(t => new ConnectivityOutput(t, text[t - Delay]))];
                var rows = TokenConnectivity.Of(tagger, text, outputs, new ConnectivityOptions { Measure = measure });
                right += rows.Count(row => row.Values.Index().MaxBy(value => value.Item).Index == row.Output.Position - Delay);
                all += rows.Count;
            }
            Assert.IsGreaterThan(0.95 * all, right, $"{measure}");
        }
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void AnotherTokenSevenTokensAgoChangesACopyMost(CellKind cell)
    {
        var (tagger, texts) = Copier(cell);

        var (right, all) = (0, 0);
        foreach (var text in texts)
        {
            var odds = Odds(tagger, text);
            var swapped = Enumerable.Range(0, text.Length).Select(place => Odds(tagger, [.. text.Select((token, t) => t == place ? 1 - token : token)])).ToArray();
            for (var t = Delay; t < text.Length; t++, all++)
                right += swapped.Index().MaxBy(other => Math.Abs(other.Item[t] - odds[t])).Index == t - Delay ? 1 : 0;
        }

        Assert.IsGreaterThan(0.95 * all, right);
    }

    [TestMethod]
    public void TwentyThousandTokensTakeLittleMemory()
    {
        var network = new NetworkOptions { EmbeddingSize = 64, HiddenSize = 128 };
        var model = LanguageModel.Train(
            [_text], 100, network, new LanguageModelOptions(), new TrainingOptions { MaximumEpochs = 1, ValidationFraction = 0, ThreadCount = 1, Seed = 1 }).Model;
        var text = Sequences.Random(1, 20_001, 20_001, 100)[0];
        var options = new ConnectivityOptions { ActivationStrategy = ActivationStrategy.Reversible };
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var session = new GradientSession<ChosenOutcomes>(
            model.Parameters.Encoder, encoder => new ChosenOutcomes(model.Parameters.Output, encoder, directions: 1) { Outcomes = [3], Positions = [20_000] }, options);

        session.Run([text]);
        var values = session.Values(0, text);

        Assert.HasCount(20_001, values);
        Assert.IsGreaterThan(0f, values[^1]);
        // The gradient is as long as the text; the rest is not, but for lost bits.
        Assert.IsLessThan(40_000_000, session.PeakBytes);
        Assert.IsLessThan(10_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        var model = _models[CellKind.Lstm].Value;

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TokenConnectivity.Of(model, _text, [new(31, 3)]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TokenConnectivity.Of(model, _text, [new(3, Size)]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TokenConnectivity.Of(model, _text, [new(3, 3)], new ConnectivityOptions { MemoryBudget = 5 }));
        Assert.ThrowsExactly<ArgumentException>(() => TokenConnectivity.Of(model, [Size], [new(0, 3)]));
        var message = Assert.ThrowsExactly<ArgumentException>(
            () => TokenConnectivity.Of(model, _text, [new(3, 3)], new ConnectivityOptions { ActivationStrategy = ActivationStrategy.Reversible })).Message;
        StringAssert.Contains(message, "Lstm");
        StringAssert.Contains(message, nameof(ActivationStrategy.Checkpointed));
    }

    [TestMethod]
    public void TheModelStaysAsItIs()
    {
        var model = _models[CellKind.RevLstm].Value;
        var before = Tests.Models.Bytes(model);

        TokenConnectivity.Of(model, _text, [new(30, 3)]);

        CollectionAssert.AreEqual(before, Tests.Models.Bytes(model));
        unsafe
        {
            Assert.IsTrue(model.Parameters.Dense.All(parameter => parameter.Gradient == null));
        }
    }

    private static LanguageModel Train(CellKind cell)
    {
        // Each token is the sum of the last two, of 7.
        int[][] texts = [.. Sequences.Random(100, 3, 3, Spare - 2).Select(start =>
        {
            List<int> tokens = [.. start];
            while (tokens.Count < 24)
                tokens.Add((tokens[^1] + tokens[^3]) % (Spare - 2));
            return tokens.Select(token => token + 2).ToArray();
        })];
        var training = new TrainingOptions { MaximumEpochs = 6, BatchSize = 8, LearningRate = 0.02f, Dropout = 0, ValidationFraction = 0, ThreadCount = 1, Seed = 2 };
        return LanguageModel.Train(
            texts, Size, new NetworkOptions { Cell = cell, EmbeddingSize = 6, HiddenSize = 20, LayerCount = 2 }, new LanguageModelOptions { Layout = TextLayout.Documents }, training).Model;
    }

    /// <summary>A tagger of two tokens that has learned to tell the one of seven steps before, and texts that it has not seen.</summary>
    private static (SequenceTagger Tagger, int[][] Texts) Copier(CellKind cell, int width = 8, float weightDecay = 0, int epochs = 40)
    {
        var sequences = Sequences.Random(420, 24, 24, vocabulary: 2, seed: 3);
        int[] Copy(int[] tokens) => [.. tokens.Select((_, t) => t < Delay ? 0 : tokens[t - Delay])];
        var training = new TrainingOptions
        {
            MaximumEpochs = epochs,
            BatchSize = 16,
            LearningRate = 0.01f,
            Schedule = LearningRateSchedule.Cosine,
            WeightDecay = weightDecay,
            Dropout = 0,
            ValidationFraction = 0,
            ThreadCount = 1,
            Seed = 1,
        };
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = width, HiddenSize = 48 };
        return (SequenceTagger.Train(sequences[..400], Array.ConvertAll(sequences[..400], Copy), 2, 2, network, training).Model, sequences[400..]);
    }

    /// <summary>[T]: log odds of the second class.</summary>
    private static double[] Odds(SequenceTagger tagger, int[] text)
    {
        var probabilities = new float[2 * text.Length];
        tagger.Predict(text, probabilities);
        return [.. text.Select((_, t) => Math.Log(probabilities[2 * t + 1]) - Math.Log(probabilities[2 * t]))];
    }

    private static ConnectivityRow Of(LanguageModel model, ConnectivityOutput output, ConnectivityMeasure measure)
        => TokenConnectivity.Of(model, _text, [output], new ConnectivityOptions { Measure = measure })[0];

    private static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();

    private static void Fill(Parameter parameter, double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            parameter.At(i / parameter.Columns, i % parameter.Columns) = (float)values[i];
    }
}
