namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trained models with weights of 8 bits: of every kind, saved and loaded, trained further and exported.</summary>
[TestClass]
internal sealed class CompactModelTests
{
    private static readonly ToyTask _task = ToyTask.Learnable(40);

    private static readonly TrainingOptions _training = _task.Training with { MaximumEpochs = 1 };

    private static readonly NGramOptions _nGrams = new() { HashBits = 10 };

    private static readonly NGramVector[] _vectors = [.. _task.Sequences.Select(tokens => NGramVector.OfTokens(tokens, _nGrams))];

    private static readonly float[][] _features = [.. _task.Labels.Select((label, i) => (float[])[label, i])];

    private static readonly int[][] _tags = [.. _task.Sequences.Select(tokens => Array.ConvertAll(tokens, token => token % ToyTask.Classes))];

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Unitary)]
    [DataRow(CellKind.MixedGru)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.RevLeaky)]
    public void AClassifierOfAnyCellIsTheSameWhenLoaded(CellKind cell)
        => CheckClassifier(Classifier(_task.Network with { Cell = cell }));

    [TestMethod]
    public void AClassifierOfAnyShapeIsTheSameWhenLoaded()
    {
        foreach (var network in (NetworkOptions[])
        [
            _task.Network with { Bidirectional = true, LayerCount = 2, Pooling = PoolingKind.Attention },
            _task.Network with { SkipConnections = true, LayerCount = 2, EmbeddingSize = 16, Pooling = PoolingKind.Last },
            _task.Network with { Structure = NetworkStructure.BalancedTree },
            _task.Network with { Structure = NetworkStructure.MemoryNetwork, LayerCount = 2, Pooling = PoolingKind.Last },
        ])
            CheckClassifier(Classifier(network));
        var withFeatures = SequenceClassifier.Train(_task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, _task.Network, _training, examples: new()
        {
            Features = _features,
            NGrams = new NGramSet(_nGrams, _vectors),
        }).Model;
        Check(
            withFeatures, withFeatures.WithWeights(WeightPrecision.Int8), (model, writer) => model.Save(writer), SequenceClassifier.Load, model => model.WeightPrecision,
            model => Outputs(ToyTask.Classes, (i, values) => model.Predict(_task.Sequences[i], _features[i], values, nGrams: _vectors[i])));
    }

    [TestMethod]
    public void ClassifiersOfLabelsAreTheSameWhenLoaded()
    {
        foreach (var count in (int[])[1, ToyTask.Classes])
        {
            int[][] labels = [.. _task.Labels.Select(label => label < count ? (int[])[label] : [])];
            var model = MultiLabelClassifier.Train(_task.Sequences, labels, count, ToyTask.VocabularySize, _task.Network, _training, examples: new()
            {
                Features = _features,
                NGrams = new NGramSet(_nGrams, _vectors),
            }).Model;
            Check(
                model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), MultiLabelClassifier.Load, it => it.WeightPrecision,
                it => Outputs(count, (i, values) => it.Score(_task.Sequences[i], _features[i], values, _vectors[i])));
        }
    }

    [TestMethod]
    public void TaggersAreTheSameWhenLoaded()
    {
        foreach (var network in (NetworkOptions[])[_task.Network, _task.Network with { Cell = CellKind.Elman, Feedback = FeedbackKind.Output }])
        {
            var model = SequenceTagger.Train(_task.Sequences, _tags, ToyTask.Classes, ToyTask.VocabularySize, network, _training).Model;
            Check(
                model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), SequenceTagger.Load, it => it.WeightPrecision,
                it => [.. _task.Sequences.SelectMany(tokens => Values(tokens.Length * ToyTask.Classes, values => it.Predict(tokens, values)))]);
        }
    }

    [TestMethod]
    public void EncodersAreTheSameWhenLoadedAndThoseOfACompactModelAreCompact()
    {
        var classifier = Classifier(_task.Network with { Pooling = PoolingKind.Attention });
        foreach (var model in (SequenceEncoder[])[_task.RunEncoder(cancellationToken: new(true)).Model, new(classifier)])
        {
            Check(
                model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), SequenceEncoder.Load, it => it.WeightPrecision,
                it => [.. it.EncodeMany(_task.Sequences).SelectMany(values => values)]);
        }
        CollectionAssert.AreEqual(
            Models.Bytes(new SequenceEncoder(classifier).WithWeights(WeightPrecision.Int8)), Models.Bytes(new SequenceEncoder(classifier.WithWeights(WeightPrecision.Int8))));
    }

    [TestMethod]
    public void LanguageModelsAreTheSameWhenLoaded()
    {
        var task = LanguageTask.Random();
        foreach (var tied in (bool[])[false, true])
        {
            var model = (task with { Network = task.Network with { TieEmbeddings = tied, LayerCount = 2 } }).Run().Model;
            Check(
                model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), LanguageModel.Load, it => it.WeightPrecision,
                it => [.. task.Texts.Select(text => it.Score(text).LogLikelihood)]);
        }
        float[][] contexts = [.. task.Texts.Select((_, i) => (float[])[i % 2, 1, 0.5f])];
        foreach (var use in Enum.GetValues<ContextUse>())
        {
            var model = (task with { Model = task.Model with { Contexts = new TextContexts { Vectors = contexts, Use = use }, Layout = TextLayout.Documents } }).Run().Model;
            Check(
                model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), LanguageModel.Load, it => it.WeightPrecision,
                it => [.. task.Texts.Select((text, i) => it.Score(text, null, contexts[i]).LogLikelihood)]);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TranslationsAreTheSameWhenLoaded(bool shared)
    {
        var pairs = ReversalTask.Random(10);
        var network = new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 4, HiddenSize = 6, Bidirectional = shared };
        var model = TranslationModel.Train(
            pairs.Sources, pairs.Targets, 9, 9, network, new TranslationOptions { SliceSize = 2, SharedVocabulary = shared }, _training with { ValidationFraction = 0 }).Model;
        Check(
            model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), TranslationModel.Load, it => it.WeightPrecision,
            it => [.. pairs.Sources.Select((source, i) => it.Score(source, pairs.Targets[i]).Likelihood.LogLikelihood)]);
    }

    /// <summary>Sizes are facts: of a network of the default shape without n-grams.</summary>
    [TestMethod]
    public void AFileIsLessThanTwoSeventhsOfWhatItWas()
    {
        var model = SequenceClassifier.Train([[1, 2], [3]], [0, 1], 2, 1000, new NetworkOptions(), _training with { ValidationFraction = 0, BatchSize = 2 }).Model;

        var (before, after) = (Models.Bytes(model).Length, Models.Bytes(model.WithWeights(WeightPrecision.Int8)).Length);

        // V = 1000, I = 128, H = 256, five gates, C = 2 of three poolings.
        var (matrices, outputs, biases) = (1000 * 128 + 128 * 1280 + 2 * 128 * 640 + 2 * 768, 1000 + 1280 + 2 * 640 + 2, 1280 + 2);
        Assert.AreEqual(4 * (matrices + biases), before - 31);
        Assert.AreEqual(matrices + 2 * outputs + 4 * biases, after - 37);
        Assert.IsGreaterThan(3.8, (double)before / after);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void WhatItHasLearnedItStillKnows(CellKind cell)
    {
        var task = ToyTask.Learnable() with { Network = _task.Network with { Cell = cell } };
        var model = task.Run().Model;
        var compact = model.WithWeights(WeightPrecision.Int8);

        var same = task.Sequences.Count(tokens => Array.IndexOf(model.Predict(tokens), model.Predict(tokens).Max()) == Array.IndexOf(compact.Predict(tokens), compact.Predict(tokens).Max()));

        Assert.IsGreaterThanOrEqualTo(0.99 * task.Sequences.Count, same);
        Assert.IsGreaterThanOrEqualTo(model.Accuracy(task.Sequences, task.Labels) - 0.005, compact.Accuracy(task.Sequences, task.Labels));
    }

    /// <summary>Reversal recomputes gates, and must do so with rounded weights to the bit.</summary>
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void TrainedFurtherItBeginsWithRoundedWeightsAndReversesExactly(CellKind cell)
    {
        var compact = Classifier(_task.Network with { Cell = cell }).WithWeights(WeightPrecision.Int8);
        var on = _training with { MaximumEpochs = 2 };

        var stored = compact.ContinueTraining(_task.Sequences, _task.Labels, on with { ActivationStrategy = ActivationStrategy.Stored }).Model;
        var reversed = compact.ContinueTraining(_task.Sequences, _task.Labels, on with { ActivationStrategy = ActivationStrategy.Reversible }).Model;
        var single = compact.WithWeights(WeightPrecision.Single).ContinueTraining(_task.Sequences, _task.Labels, on).Model;

        Assert.AreEqual(WeightPrecision.Single, reversed.WeightPrecision);
        CollectionAssert.AreEqual(Models.Bytes(stored), Models.Bytes(reversed));
        CollectionAssert.AreEqual(Models.Bytes(single), Models.Bytes(reversed));
    }

    [TestMethod]
    public void ACheckpointOfItsTrainingIsGoneOnWith()
    {
        using var folder = new TemporaryFolder();
        var compact = Classifier(_task.Network).WithWeights(WeightPrecision.Int8);
        var on = _training with { MaximumEpochs = 3, CheckpointPath = folder["state"] };
        var expected = compact.ContinueTraining(_task.Sequences, _task.Labels, on with { CheckpointPath = null }).Model;

        compact.ContinueTraining(_task.Sequences, _task.Labels, on with { StopAfterEpochs = 1 });
        var resumed = compact.ContinueTraining(_task.Sequences, _task.Labels, on);

        CollectionAssert.AreEqual(Models.Bytes(expected), Models.Bytes(resumed.Model));
    }

    [TestMethod]
    public void ASmallerModelIsMadeCompactAndACompactOneSmaller()
    {
        var model = Classifier(_task.Network);
        var shrink = new ShrinkOptions { SelectionEpochs = 1 };
        var smaller = model.Shrink(_task.Sequences, _task.Labels, _training, shrink).Model;

        CheckClassifier(smaller);
        var ofCompact = model.WithWeights(WeightPrecision.Int8).Shrink(_task.Sequences, _task.Labels, _training, shrink).Model;

        Assert.AreEqual(smaller.Network, ofCompact.Network);
        Assert.AreEqual(WeightPrecision.Single, ofCompact.WeightPrecision);
        Assert.IsLessThan(Models.Bytes(model.WithWeights(WeightPrecision.Int8)).Length, Models.Bytes(smaller.WithWeights(WeightPrecision.Int8)).Length);
    }

    /// <summary>Other formats have floats, of the rounded weights.</summary>
    [TestMethod]
    public void ExportsHaveTheRoundedWeights()
    {
        var compact = SequenceClassifier.Train(
            _task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, _task.Network, _training, examples: new() { NGrams = new NGramSet(_nGrams, _vectors) }).Model
            .WithWeights(WeightPrecision.Int8);
        var single = compact.WithWeights(WeightPrecision.Single);

        CollectionAssert.AreEqual(Written(single.SaveAsSafetensors), Written(compact.SaveAsSafetensors));
        CollectionAssert.AreEqual(Written(stream => single.SaveAsOnnx(stream)), Written(stream => compact.SaveAsOnnx(stream)));
        var back = Safetensors.LoadClassifier(new MemoryStream(Written(compact.SaveAsSafetensors)));
        Assert.AreEqual(WeightPrecision.Single, back.WeightPrecision);
        CollectionAssert.AreEqual(Models.Bytes(single), Models.Bytes(back));
        for (var i = 0; i < _task.Sequences.Count; i++)
        {
            var (expected, actual) = (new float[ToyTask.Classes], new float[ToyTask.Classes]);
            compact.Predict(_task.Sequences[i], [], expected, nGrams: _vectors[i]);
            back.Predict(_task.Sequences[i], [], actual, nGrams: _vectors[i]);
            Near.AreSame(expected, actual, "probability");
        }
    }

    [TestMethod]
    public void ThereIsNoOtherPrecision()
    {
        var model = Classifier(_task.Network);

        Assert.AreSame(model, model.WithWeights(WeightPrecision.Single));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.WithWeights((WeightPrecision)2));
    }

    private static SequenceClassifier Classifier(NetworkOptions network)
        => SequenceClassifier.Train(_task.Sequences, _task.Labels, ToyTask.Classes, ToyTask.VocabularySize, network, _training).Model;

    private static void CheckClassifier(SequenceClassifier model) => Check(
        model, model.WithWeights(WeightPrecision.Int8), (it, writer) => it.Save(writer), SequenceClassifier.Load, it => it.WeightPrecision,
        it => Outputs(ToyTask.Classes, (i, values) => it.Predict(_task.Sequences[i], values)));

    /// <summary>That it is another model of the same bits in memory and when loaded, and that the first one stays as it is.</summary>
    private static void Check<TModel>(
        TModel model,
        TModel compact,
        Action<TModel, BinaryWriter> save,
        Func<BinaryReader, TModel> load,
        Func<TModel, WeightPrecision> precision,
        Func<TModel, double[]> outputs)
    {
        var before = Models.Bytes(writer => save(model, writer));
        var content = Models.Bytes(writer => save(compact, writer));
        using var reader = new BinaryReader(new MemoryStream(content));
        var loaded = load(reader);

        Assert.AreEqual(content.Length, reader.BaseStream.Position);
        Assert.AreEqual(7, content[0]);
        Assert.IsLessThan(before.Length, content.Length);
        Assert.AreEqual((WeightPrecision.Single, WeightPrecision.Int8, WeightPrecision.Int8), (precision(model), precision(compact), precision(loaded)));
        CollectionAssert.AreEqual(outputs(compact), outputs(loaded));
        CollectionAssert.AreEqual(content, Models.Bytes(writer => save(loaded, writer)));
        CollectionAssert.AreNotEqual(outputs(model), outputs(compact), "Nothing was rounded.");
        CollectionAssert.AreEqual(before, Models.Bytes(writer => save(model, writer)));
    }

    private static double[] Outputs(int count, Action<int, float[]> predict)
        => [.. Enumerable.Range(0, _task.Sequences.Count).SelectMany(i => Values(count, values => predict(i, values)))];

    private static double[] Values(int count, Action<float[]> predict)
    {
        var values = new float[count];
        predict(values);
        return [.. values];
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
