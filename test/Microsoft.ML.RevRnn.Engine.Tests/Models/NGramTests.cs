using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A classifier's linear part of n-grams, and how much it and the network count.</summary>
[TestClass]
internal sealed class NGramTests
{
    private const int Count = 160;

    private static readonly NGramOptions _options = new() { HashBits = 14 };

    /// <summary>Two of eight words a text; the label is whether one of them is the first.</summary>
    private static readonly string[] _texts = [.. Enumerable.Range(0, Count).Select(i => $"w{i % 8} w{i / 8 % 8} filler{i % 3}")];

    private static readonly int[] _labels = [.. _texts.Select(text => text.Contains("w0", StringComparison.Ordinal) ? 1 : 0)];

    private static readonly NGramSet _set = new(_options, [.. _texts.Select(text => NGramVector.Of([text], _options))]);

    /// <summary>Tokens that tell nothing: what is learned is learned of n-grams.</summary>
    private static readonly int[][] _nothing = [.. Enumerable.Repeat(new[] { 2, 3 }, Count)];

    private static readonly NetworkOptions _network = new() { EmbeddingSize = 4, HiddenSize = 4 };

    private static readonly TrainingOptions _training = new() { MaximumEpochs = 2, BatchSize = 16, Seed = 4, ThreadCount = 1, ValidationFraction = 0.2f, Dropout = 0 };

    [TestMethod]
    public void WhatOnlyNGramsTellIsLearned()
    {
        var alone = Train(nGrams: false);
        var joined = Train(nGrams: true);

        Assert.IsNull(alone.NGrams);
        Assert.AreEqual((1f, 0f), (alone.NetworkShare, alone.NGramShare));
        Assert.AreEqual(Count, Right(joined));
        Assert.IsLessThan(Count * 0.9, Right(alone));
        Assert.IsGreaterThan(0.5f, joined.NGramShare);
    }

    /// <summary>Those that were trained last on a list are kept for the next training: only where they are the same.</summary>
    [TestMethod]
    public void NGramsThatWereTrainedBeforeAreThoseOfATrainingAnew()
    {
        var list = new NGramSet(_options, [.. _set.Vectors]);
        int[] flipped = [.. _labels.Select(label => 1 - label)];
        foreach (var (labels, options, training, examples) in ((int[], NGramOptions, TrainingOptions, ExampleOptions)[])
        [
            (_labels, _options, _training, new()),
            (_labels, _options, _training, new()),
            (flipped, _options, _training, new()),
            (_labels, _options, _training with { Seed = 5 }, new()),
            (_labels, _options with { Epochs = 3 }, _training, new()),
            (_labels, _options with { L2Regularization = 0.01f }, _training, new()),
            (_labels, _options, _training with { Seed = 5 }, new()),
            (_labels, _options, _training, new() { LabelSmoothing = 0.1f }),
            (_labels, _options, _training, new() { BalancesClasses = true }),
            (_labels, _options, _training, new() { ValidationCount = 20 }),
        ])
        {
            var known = Bytes(list with { Options = options });
            var anew = Bytes(new NGramSet(options, [.. _set.Vectors]));

            CollectionAssert.AreEqual(anew, known);

            byte[] Bytes(NGramSet set)
            {
                using var stream = new MemoryStream();
                SequenceClassifier.Train(_nothing, labels, 2, 4, _network, training, examples: examples with { NGrams = set }).Model.Save(new BinaryWriter(stream));
                return stream.ToArray();
            }
        }
    }

    [TestMethod]
    public void TheHeldBackLossIsThatOfNetworkAndNGrams()
    {
        const int HeldBack = 40;
        var model = SequenceClassifier.Train(
            _nothing, _labels, 2, 4, _network, _training, examples: new() { NGrams = _set with { Options = _options with { L2Regularization = 1e-3f } }, ValidationCount = HeldBack }).Model;
        var probabilities = new float[2];

        var expected = Enumerable.Range(Count - HeldBack, HeldBack).Average(i =>
        {
            model.Predict(_nothing[i], [], probabilities, nGrams: _set.Vectors[i]);
            return -Math.Log(probabilities[_labels[i]]);
        });

        Assert.AreEqual(expected, model.HeldBackLoss!.Value, 1e-5);
        var alone = SequenceClassifier.Train(_nothing, _labels, 2, 4, _network, _training, examples: new() { ValidationCount = HeldBack });
        Assert.AreEqual(alone.Report.Epochs[alone.Report.BestEpoch - 1].ValidationLoss, alone.Model.HeldBackLoss);
    }

    [TestMethod]
    public void WithoutHeldBackSequencesSharesAreThoseThatAreGiven()
    {
        var set = _set with { Shares = (0.5f, 0.75f) };

        var model = SequenceClassifier.Train(_nothing, _labels, 2, 4, _network, _training with { ValidationFraction = 0 }, examples: new() { NGrams = set }).Model;
        var other = SequenceClassifier.Train(_nothing, _labels, 2, 4, _network, _training, examples: new() { NGrams = set }).Model;

        Assert.AreEqual((0.5f, 0.75f), (model.NetworkShare, model.NGramShare));
        Assert.AreNotEqual(0.75f, other.NGramShare);
    }

    [TestMethod]
    public void WhatOnlyTheNetworkTellsIsLearnedBesideThem()
    {
        // n-grams of nothing, tokens of which the first is the label.
        int[][] tokens = [.. _labels.Select(label => new[] { 2 + label, 4 })];
        var set = new NGramSet(_options, [.. Enumerable.Repeat(NGramVector.Of(["same"], _options), Count)]);
        var model = SequenceClassifier.Train(
            tokens, _labels, 2, 5, _network, _training with { MaximumEpochs = 30, LearningRate = 0.02f }, examples: new() { NGrams = set }).Model;

        Assert.AreEqual(Count, tokens.Index().Count(row => Predict(model, row.Item, set.Vectors[row.Index]) == _labels[row.Index]));
        Assert.IsGreaterThan(0.5f, model.NetworkShare);
    }

    [TestMethod]
    public void LabelsThatHoldEachByThemselvesAreLearnedToo()
    {
        int[][] labels = [.. _texts.Select(text => Enumerable.Range(0, 3).Where(word => text.Contains($"w{word}", StringComparison.Ordinal)).ToArray())];
        foreach (var count in (int[])[1, 3])
        {
            int[][] ofCount = [.. labels.Select(ofText => ofText.Where(label => label < count).ToArray())];
            var model = MultiLabelClassifier.Train(_nothing, ofCount, count, 5, _network, _training, examples: new() { NGrams = _set }).Model;
            var right = 0;
            var scores = new float[count];
            for (var i = 0; i < Count; i++)
            {
                model.Score(_nothing[i], [], scores, _set.Vectors[i]);
                right += Enumerable.Range(0, count).All(label => scores[label] > 0 == ofCount[i].Contains(label)) ? 1 : 0;
            }
            Assert.IsGreaterThan(0.93 * Count, right);
        }
    }

    [TestMethod]
    public void ASavedModelGivesTheSameBits()
    {
        var model = Train(nGrams: true);

        var loaded = Models.Classifier(Models.Bytes(model));

        Assert.AreEqual((model.NetworkShare, model.NGramShare), (loaded.NetworkShare, loaded.NGramShare));
        Assert.AreEqual(model.NGrams!.WordLength, loaded.NGrams!.WordLength);
        CollectionAssert.AreEqual(Probabilities(model), Probabilities(loaded));
        CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(loaded));
        CollectionAssert.AreEqual(Models.Bytes(model), Models.Bytes(Train(nGrams: true)), "The same seed gives the same bytes.");
        Assert.IsNotNull(Models.Classifier(Models.Bytes(Train(nGrams: false))), "A model without them is read as before.");
    }

    [TestMethod]
    public void ADamagedFileIsRefusedOrRead()
    {
        var bytes = Models.Bytes(Train(nGrams: true));
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var damaged = (byte[])bytes.Clone();
            // The n-grams are at the end, their sizes before their values.
            damaged[^(1 + random.Next(i < 200 ? bytes.Length : 60))] ^= (byte)(1 << random.Next(8));
            try
            {
                Models.Classifier(i % 3 == 0 ? damaged[..^(1 + random.Next(50))] : damaged);
            }
            catch (FormatException)
            {
                refused++;
            }
        }
        Assert.IsGreaterThan(133, refused);
    }

    [TestMethod]
    public void GoingOnKeepsWhatIsKnown()
    {
        var model = Train(nGrams: true);
        // Other words only: w0 does not occur, and keeps what it meant.
        string[] others = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? "new" : "old")];
        var set = new NGramSet(_options, [.. others.Select(text => NGramVector.Of([text], _options))]);
        int[] labels = [.. others.Select(text => text == "new" ? 1 : 0)];
        var tokens = _nothing[..40];

        var on = model.ContinueTraining(tokens, labels, _training, new() { NGrams = set }).Model;

        Assert.AreEqual(1, Predict(on, tokens[0], set.Vectors[0]));
        Assert.AreEqual(0, Predict(on, tokens[0], set.Vectors[1]));
        Assert.AreEqual(1, Predict(on, tokens[0], NGramVector.Of(["w0 w0 w0"], _options)));
        var failure = Assert.ThrowsExactly<ArgumentException>(() => model.ContinueTraining(tokens, labels, _training));
        StringAssert.Contains(failure.Message, "NGrams");
    }

    [TestMethod]
    public void NGramsMustBeGivenWhereTheyAreRead()
    {
        var probabilities = new float[2];
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Train(nGrams: true).Predict(_nothing[0], probabilities)).Message, "reads n-grams, and none are given");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Train(nGrams: false).Predict(_nothing[0], [], probabilities, nGrams: _set.Vectors[0])).Message, "reads no n-grams");
        var few = new NGramSet(_options, _set.Vectors.Take(3).ToArray());
        Assert.ThrowsExactly<ArgumentException>(() => SequenceClassifier.Train(_nothing, _labels, 2, 5, _network, _training, examples: new() { NGrams = few }));
        var failure = Assert.ThrowsExactly<ArgumentException>(() => SequenceTagger.Train(
            _nothing, [.. _nothing.Select(tokens => new int[tokens.Length])], 2, 5, _network, _training, examples: new() { NGrams = _set }));
        StringAssert.Contains(failure.Message, "tagger");
    }

    /// <summary>Each text has a word of its own, so that the size of a model tells how many it has learned from.</summary>
    [TestMethod]
    public void WhatWasHeldBackIsLearnedAtLastWhereItIsMuch()
    {
        var set = new NGramSet(_options, [.. Enumerable.Range(0, Count).Select(i => NGramVector.Of([$"own{i}"], _options))]);
        int Size(float? fraction, int? validation = null) => Models.Bytes(SequenceClassifier.Train(
            _nothing, _labels, 2, 5, _network, _training with { ValidationFraction = fraction }, examples: new() { NGrams = set, ValidationCount = validation }).Model).Length;
        var ofAll = Size(0);

        Assert.AreEqual(ofAll, Size(0.4f));
        Assert.AreEqual(ofAll, Size(null));
        Assert.IsLessThan(ofAll, Size(0.05f), "A twentieth is not worth it.");
        Assert.IsLessThan(Size(0.05f), Size(null, validation: Count / 4), "A validation set stays one.");
    }

    [TestMethod]
    public void ARowThatWeighsNothingTeachesNothing()
    {
        // The first half says the opposite, and weighs nothing.
        int[] labels = [.. _labels.Select((label, i) => i < Count / 2 ? 1 - label : label)];
        float[] weights = [.. labels.Select((_, i) => i < Count / 2 ? 0f : 3)];

        var model = SequenceClassifier.Train(_nothing, labels, 2, 5, _network, _training, examples: new() { NGrams = _set, Weights = weights }).Model;

        Assert.IsGreaterThan(0.97 * Count, Right(model));
    }

    [TestMethod]
    public void CancellationIsHeardBeforeTheFirstEpoch()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(() => SequenceClassifier.Train(
            _nothing, _labels, 2, 5, _network, _training, examples: new() { NGrams = _set }, cancellationToken: cancelled.Token));
    }

    /// <summary>The shares are where the loss has no slope: a little more or less of either is worse.</summary>
    [TestMethod]
    public void TheSharesAreTheBestForWhatIsHeldBack()
    {
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, 400).Select(_ => random.Next(3))];
        float[][] network = [.. labels.Select(label => Scores(label, 2.5f))];
        float[][] nGrams = [.. labels.Select(label => Scores(label, 1))];
        int[] members = [.. Enumerable.Range(0, labels.Length)];
        var loss = new SoftmaxLoss(labels);

        var (a, b) = ScoreMixture.Fit(loss, members, network, nGrams);

        var least = Loss(a, b);
        foreach (var (da, db) in ((float, float)[])[(0.1f, 0), (-0.1f, 0), (0, 0.1f), (0, -0.1f)])
            Assert.IsGreaterThan(least, Loss(a + da, b + db));
        Assert.AreEqual((ScoreMixture.UntoldNetwork, ScoreMixture.UntoldNGrams), ScoreMixture.Fit(loss, [], [], []));

        float[] Scores(int label, float sure)
            => [.. Enumerable.Range(0, 3).Select(c => sure * (c == label ? 0.8f : 0) + 1.5f * sure * (random.NextSingle() + random.NextSingle() - 1))];

        double Loss(float ofNetwork, float ofNGrams) => members.Sum(member =>
        {
            float[] scores = [.. network[member].Zip(nGrams[member], (x, y) => ofNetwork * x + ofNGrams * y)];
            loss.Activate(scores);
            return loss.Score(scores, member).LossSum;
        }) + 2 * (Math.Pow(ofNetwork - ScoreMixture.UntoldNetwork, 2) + Math.Pow(ofNGrams - ScoreMixture.UntoldNGrams, 2));
    }

    /// <summary>The map and its training against a plain one: dense, in double precision.</summary>
    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.05f)]
    public void TheMapIsThatOfAPlainOne(float l2)
    {
        var loss = new SoftmaxLoss(_labels);
        int[] members = [.. Enumerable.Range(0, 40)];
        var options = _options with { Epochs = 1, LearningRate = 0.3f, HashBits = 24, L2Regularization = l2 };
        var weights = new NGramTrainer(options, loss, 2, seed: 9).Train(_set.Vectors, members, start: null, CancellationToken.None);

        var plain = new PlainNGrams(_set.Vectors, members, _labels, rate: 0.3, l2, seed: 9);
        var scores = new float[2];
        for (var i = 0; i < Count; i++)
        {
            weights.Score(_set.Vectors[i], scores);
            var expected = plain.Scores(_set.Vectors[i]);
            for (var c = 0; c < 2; c++)
                Assert.AreEqual(expected[c], scores[c], 2e-3);
        }
    }

    private static SequenceClassifier Train(bool nGrams)
        => SequenceClassifier.Train(_nothing, _labels, 2, 5, _network, _training, examples: nGrams ? new() { NGrams = _set } : null).Model;

    private static int Right(SequenceClassifier model)
        => Enumerable.Range(0, Count).Count(i => Predict(model, _nothing[i], model.NGrams == null ? null : _set.Vectors[i]) == _labels[i]);

    private static float[] Probabilities(SequenceClassifier model) => [.. Enumerable.Range(0, Count).SelectMany(i =>
    {
        var probabilities = new float[2];
        model.Predict(_nothing[i], [], probabilities, nGrams: _set.Vectors[i]);
        return probabilities;
    })];

    private static int Predict(SequenceClassifier model, int[] tokens, NGramVector? nGrams) => model.Predict(tokens, [], new float[2], nGrams: nGrams);
}
