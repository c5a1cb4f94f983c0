namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Exported models of other kinds than a plain classifier, run by ONNX Runtime, against the engine.</summary>
[TestClass]
internal sealed class OnnxHeadTests
{
    private static readonly int[][] _texts = [.. Sequences.Random(20, 1, 30, ToyTask.VocabularySize, seed: 8), []];

    private static readonly ToyTask _task = ToyTask.Learnable(60);

    private static readonly TrainingOptions _training = _task.Training with { MaximumEpochs = 2 };

    private static readonly NetworkOptions _network = _task.Network with { Cell = CellKind.RevGru };

    [TestMethod]
    public void LabelsOfWhichAnyMayHold()
    {
        int[][] labels = [.. _task.Labels.Select(label => label == 0 ? Array.Empty<int>() : [label - 1])];
        var model = MultiLabelClassifier.Train(_task.Sequences, labels, 2, ToyTask.VocabularySize, _network, _training).Model;
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream));

        var (odds, probabilities) = (session.Run("Score", _texts), session.Run("Probability", _texts));

        var expected = new float[2];
        for (var i = 0; i < _texts.Length; i++)
        {
            model.Score(_texts[i], expected);
            AreClose(expected, odds.AsSpan(2 * i, 2), 2e-3f);
            model.Predict(_texts[i], expected);
            AreClose(expected, probabilities.AsSpan(2 * i, 2), 1e-3f);
        }
    }

    [TestMethod]
    [DataRow(12)]
    [DataRow(17)]
    public void NumbersBesideTheTokens(int opset)
    {
        float[][] features = [.. _task.Labels.Select((label, i) => (float[])[label == 1 ? 2_000 : 1_000, label == 2 ? 0.001f : 0, i % 7])];
        var model = SequenceClassifier.Train(_task.Sequences, _task.Labels, 3, ToyTask.VocabularySize, _network, _training, examples: new() { Features = features }).Model;
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Opset = opset }));

        float[][] given = [[2_000, 0, 3], [1_000, 0.001f, float.NaN], [float.MaxValue, -1, 5]];
        using var tokens = OnnxSession.Tokens(_texts[..3]);
        using var numbers = OnnxSession.Tensor(given.SelectMany(row => row).ToArray(), 3, 3);
        using var score = session.Run([("tokens", tokens), ("features", numbers)], "Score")[0];

        var expected = new float[3];
        for (var i = 0; i < given.Length; i++)
        {
            model.Predict(_texts[i], given[i], expected);
            AreClose(expected, score.GetTensorDataAsSpan<float>().Slice(3 * i, 3), 1e-3f);
        }
    }

    [TestMethod]
    [DataRow(12)]
    [DataRow(17)]
    public void NGramsBesideTheTokens(int opset)
    {
        var options = new NGramOptions { HashBits = 12 };
        string[] texts = [.. _task.Sequences.Select(tokens => string.Join(' ', tokens))];
        var set = new NGramSet(options, [.. texts.Select(text => NGramVector.Of([text], options))]);
        var model = SequenceClassifier.Train(_task.Sequences, _task.Labels, 3, ToyTask.VocabularySize, _network, _training, examples: new() { NGrams = set }).Model;
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Opset = opset }));

        // The last two have n-grams that nobody has met, and none.
        NGramVector[] nGrams = [.. set.Vectors.Take(3), NGramVector.Of(["never heard"], options), NGramVector.Of([""], options)];
        var most = nGrams.Max(vector => vector.Count);
        var (places, values) = (new long[nGrams.Length * most], new float[nGrams.Length * most]);
        Array.Fill(places, -1);
        for (var i = 0; i < nGrams.Length; i++)
        {
            nGrams[i].Places(12).Places.CopyTo(places, i * most);
            nGrams[i].Places(12).Values.CopyTo(values, i * most);
        }
        using var tokens = OnnxSession.Tokens(_texts[..5]);
        using var ofPlaces = OnnxSession.Tensor(places, nGrams.Length, most);
        using var ofValues = OnnxSession.Tensor(values, nGrams.Length, most);
        using var score = session.Run([("tokens", tokens), ("nGramPlaces", ofPlaces), ("nGramValues", ofValues)], "Score")[0];

        var expected = new float[3];
        for (var i = 0; i < nGrams.Length; i++)
        {
            model.Predict(_texts[i], [], expected, nGrams: nGrams[i]);
            AreClose(expected, score.GetTensorDataAsSpan<float>().Slice(3 * i, 3), 1e-3f);
        }
        Assert.IsGreaterThan(0, model.NGramShare, "They count.");
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm, 12, false)]
    [DataRow(CellKind.Gru, 17, false)]
    [DataRow(CellKind.RevGru, 12, true)]
    [DataRow(CellKind.Lstm, 17, true)]
    public void ClassesOfTokens(CellKind cell, int opset, bool bidirectional)
    {
        int[][] labels = [.. _task.Sequences.Select(tokens => Array.ConvertAll(tokens, token => token % 3))];
        var model = SequenceTagger.Train(_task.Sequences, labels, 3, ToyTask.VocabularySize, _network with { Cell = cell, Bidirectional = bidirectional }, _training).Model;
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Opset = opset }));
        var steps = _texts.Max(text => text.Length);

        var scores = session.Run("Score", _texts);

        for (var i = 0; i < _texts.Length; i++)
        {
            var expected = new float[3 * _texts[i].Length];
            model.Predict(_texts[i], expected);
            AreClose(expected, scores.AsSpan(3 * steps * i, expected.Length), 1e-3f);
        }
    }

    [TestMethod]
    [DataRow(CellKind.Elman, 1, false, 17)]
    [DataRow(CellKind.RevLstm, 2, true, 12)]
    [DataRow(CellKind.MixedGru, 2, false, 17)]
    public void ClassesOfTokensThatAreFedBack(CellKind cell, int layers, bool skips, int opset)
    {
        // The class of the token before counts: where it was 1, classes are the other way about.
        int[][] labels = [.. _task.Sequences.Select(Toggled)];
        var network = _network with { Cell = cell, LayerCount = layers, SkipConnections = skips, Feedback = FeedbackKind.Output };
        var model = SequenceTagger.Train(_task.Sequences, labels, 3, ToyTask.VocabularySize, network, _training).Model;
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Opset = opset }));
        var steps = _texts.Max(text => text.Length);

        var scores = session.Run("Score", _texts);

        for (var i = 0; i < _texts.Length; i++)
        {
            var expected = new float[3 * _texts[i].Length];
            model.Predict(_texts[i], expected);
            var ofRow = scores[(3 * steps * i)..(3 * steps * i + expected.Length)];
            AreClose(expected, ofRow, 1e-3f);
            if (expected.Length > 0)
                CollectionAssert.AreEqual(session.Run("Score", _texts[i]), ofRow, $"row {i}");
        }
        var forced = model.EvaluateFeedback(_task.Sequences, labels);
        Assert.AreNotEqual(forced.TeacherForced, forced.FreeRunning, "Classes before count.");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void FeaturesOfALanguageModel(bool bidirectional)
    {
        var model = SequenceEncoder.Train(_task.Sequences, ToyTask.VocabularySize, _network with { Bidirectional = bidirectional }, _training).Model;
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream));

        CompareFeatures(model, session);
    }

    [TestMethod]
    public void FeaturesOfAClassifier()
    {
        var task = _task with { Network = _network with { Pooling = PoolingKind.Attention }, Training = _training };
        var model = new SequenceEncoder(task.Run().Model);
        using var session = new OnnxSession(stream => model.SaveAsOnnx(stream, new OnnxExportOptions { Opset = 12 }));

        CompareFeatures(model, session);
    }

    private static int[] Toggled(int[] tokens)
    {
        var labels = new int[tokens.Length];
        for (var t = 0; t < tokens.Length; t++)
            labels[t] = t > 0 && labels[t - 1] == 1 ? 2 - tokens[t] % 3 : tokens[t] % 3;
        return labels;
    }

    private static void CompareFeatures(SequenceEncoder model, OnnxSession session)
    {
        var features = session.Run("Features", _texts);
        for (var i = 0; i < _texts.Length; i++)
            AreClose(model.Encode(_texts[i]), features.AsSpan(i * model.FeatureCount, model.FeatureCount), 2e-3f);
    }

    private static void AreClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float most)
    {
        Assert.AreEqual(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], most);
    }
}
