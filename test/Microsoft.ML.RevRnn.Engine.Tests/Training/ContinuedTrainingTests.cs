namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Models that are trained further.</summary>
[TestClass]
internal sealed class ContinuedTrainingTests
{
    private static readonly ToyTask _toy = ToyTask.Learnable(60);

    /// <summary>A step that is less than the least that a weight can change by, in nearly all places.</summary>
    private static readonly TrainingOptions _still = _toy.Training with
    {
        MaximumEpochs = 1,
        Optimizer = OptimizerKind.Sgd,
        LearningRate = 1e-7f,
        MaximumGradientNorm = 1e-4f,
    };

    private static readonly TrainingOptions _on = _toy.Training with { MaximumEpochs = 2, LearningRate = 1e-3f, Schedule = LearningRateSchedule.Constant };

    [TestMethod]
    public void AClassifierGoesOnWhereItWas()
    {
        var before = _toy.Run();
        CheckGoesOn(
            before,
            training => before.Model.ContinueTraining(_toy.Sequences, _toy.Labels, training),
            model => Outputs(ToyTask.Classes, model.Predict));
    }

    [TestMethod]
    public void AMultiLabelClassifierGoesOnWhereItWas()
    {
        int[][] labels = [.. _toy.Labels.Select(label => (int[])(label == 0 ? [] : [0, label]))];
        var before = MultiLabelClassifier.Train(_toy.Sequences, labels, ToyTask.Classes, ToyTask.VocabularySize, _toy.Network, _toy.Training);
        CheckGoesOn(before, training => before.Model.ContinueTraining(_toy.Sequences, labels, training), model => Outputs(ToyTask.Classes, model.Predict));
    }

    [TestMethod]
    public void ATaggerGoesOnWhereItWas()
    {
        int[][] labels = [.. _toy.Sequences.Select(tokens => Array.ConvertAll(tokens, token => token % ToyTask.Classes))];
        var before = SequenceTagger.Train(_toy.Sequences, labels, ToyTask.Classes, ToyTask.VocabularySize, _toy.Network, _toy.Training);
        CheckGoesOn(
            before,
            training => before.Model.ContinueTraining(_toy.Sequences, labels, training),
            model => Outputs(_toy.Sequences[0].Length * ToyTask.Classes, (tokens, values) => model.Predict(_toy.Sequences[0], values)));
    }

    [TestMethod]
    [DataRow(TextLayout.Streams, false)]
    [DataRow(TextLayout.Documents, true)]
    public void ALanguageModelGoesOnWhereItWas(TextLayout layout, bool tied)
    {
        var task = LanguageTask.Counting();
        task = task with { Model = task.Model with { Layout = layout }, Network = task.Network with { TieEmbeddings = tied }, Training = task.Training with { MaximumEpochs = 15 } };
        var before = task.Run();
        CheckGoesOn(
            before,
            training => before.Model.ContinueTraining(task.Texts, task.Model, training),
            model => [(float)model.Score(task.Texts[0]).LogLikelihood]);
    }

    /// <summary>What predicts tokens is no part of an encoder, and is learned anew: the loss begins above where it ended, and below that of a fresh start.</summary>
    [TestMethod]
    public void AnEncoderGoesOnWhereItWas()
    {
        var texts = LanguageTask.Counting().Texts;
        var training = _toy.Training with { MaximumEpochs = 8 };
        var fresh = SequenceEncoder.Train(texts, LanguageTask.VocabularySize, _toy.Network, training);
        var still = fresh.Model.ContinueTraining(texts, _still).Model;
        float[] Features(SequenceEncoder model)
        {
            var features = new float[model.FeatureCount];
            model.Encode(texts[0].AsSpan(0, 4), features);
            return features;
        }

        CheckNear(Features(fresh.Model), Features(still));
        Assert.IsLessThan(fresh.Report.Epochs[0].Loss, fresh.Model.ContinueTraining(texts, training).Report.Epochs[0].Loss);
    }

    [TestMethod]
    public void ALoadedModelGoesOnTheSameWayAndTheOldOneStays()
    {
        var model = _toy.Run().Model;
        var bytes = Models.Bytes(model);
        var on = model.ContinueTraining(_toy.Sequences, _toy.Labels, _on);

        CollectionAssert.AreEqual(bytes, Models.Bytes(model));
        CollectionAssert.AreNotEqual(bytes, Models.Bytes(on.Model));
        using var reader = new BinaryReader(new MemoryStream(bytes));
        CollectionAssert.AreEqual(Models.Bytes(on.Model), Models.Bytes(SequenceClassifier.Load(reader).ContinueTraining(_toy.Sequences, _toy.Labels, _on).Model));
    }

    [TestMethod]
    public void ACheckpointIsOfTheWeightsThatTrainingStartedFrom()
    {
        using var folder = new TemporaryFolder();
        var (one, other) = (_toy.Run().Model, (_toy with { Training = _toy.Training with { Seed = 4 } }).Run().Model);
        var training = _on with { CheckpointPath = folder["state"] };
        var expected = Models.Bytes(one.ContinueTraining(_toy.Sequences, _toy.Labels, training).Model);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => other.ContinueTraining(_toy.Sequences, _toy.Labels, training));
        StringAssert.Contains(failure.Message, "other data, another network or other options");
        Assert.ThrowsExactly<InvalidOperationException>(() => (_toy with { Training = training }).Run());
        CollectionAssert.AreEqual(expected, Models.Bytes(one.ContinueTraining(_toy.Sequences, _toy.Labels, training).Model));

        var task = LanguageTask.Counting();
        var language = task.Run().Model;
        var ofLanguage = task.Training with { CheckpointPath = folder["language"] };
        language.ContinueTraining(task.Texts, task.Model, ofLanguage);
        Assert.ThrowsExactly<InvalidOperationException>(() => (task with { Training = ofLanguage }).Run());
        var changed = language.ContinueTraining(task.Texts, task.Model, task.Training).Model;
        Assert.ThrowsExactly<InvalidOperationException>(() => changed.ContinueTraining(task.Texts, task.Model, ofLanguage));
    }

    [TestMethod]
    public void LabelsAndTokensMustBeOfTheModel()
    {
        var model = _toy.Run().Model;

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => model.ContinueTraining([[1, 2]], [ToyTask.Classes], _on)).Message, "Label 3 of sequence 0 is not from 0 to 2");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => model.ContinueTraining([[ToyTask.VocabularySize]], [0], _on)).Message, "holds token 10");
        // Classes that do not occur are no fault.
        Assert.AreEqual(ToyTask.Classes, model.ContinueTraining([[1, 2], [1, 3], [4, 1]], [1, 1, 1], _on with { ValidationFraction = 0 }).Model.ClassCount);
    }

    private static void CheckGoesOn<TModel>(TrainingResult<TModel> before, Func<TrainingOptions, TrainingResult<TModel>> goOn, Func<TModel, float[]> outputs)
    {
        CheckNear(outputs(before.Model), outputs(goOn(_still).Model));
        var (first, last) = (before.Report.Epochs[0].Loss, before.Report.Epochs[^1].Loss);
        var on = goOn(_on with { ValidationFraction = 0 }).Report.Epochs;
        Assert.IsLessThan(first / 2, last, "There is something to lose.");
        Assert.IsLessThan(last + (first - last) / 4, on[0].Loss, "It begins near where it ended.");
        Assert.IsLessThan(on[0].Loss, on[1].Loss, "It gets better.");
        CollectionAssert.AreEqual(on.ToArray(), goOn(_on with { ValidationFraction = 0 }).Report.Epochs.ToArray(), "The same seed gives the same.");
    }

    private static void CheckNear(float[] expected, float[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-4f * Math.Max(1, Math.Abs(expected[i])));
    }

    private static float[] Outputs(int count, Output output)
    {
        var values = new float[count];
        output(_toy.Sequences[0], values);
        return values;
    }

    private delegate void Output(ReadOnlySpan<int> tokens, Span<float> values);
}
