using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a model keeps does not grow with the longest text that it has read.</summary>
[TestClass]
[DoNotParallelize]
internal sealed class ReleasedMemoryTests
{
    private const int Long = 1_000_000;

    [TestMethod]
    public void ALongTextLeavesNothingBehind()
    {
        var task = ToyTask.Learnable(20);
        var cancelled = new CancellationToken(true);
        var network = task.Network with { Bidirectional = true };
        var classifier = (task with { Network = network }).Run(null, cancelled).Model;
        var encoder = (task with { Network = network }).RunEncoder(null, cancelled).Model;
        var tagger = SequenceTagger.Train(
            task.Sequences, task.Sequences, ToyTask.VocabularySize, ToyTask.VocabularySize, task.Network, task.Training, cancellationToken: cancelled).Model;
        var model = LanguageModel.Train(
            task.Sequences, ToyTask.VocabularySize, task.Network, new LanguageModelOptions(), task.Training, cancellationToken: cancelled).Model;
        var session = model.CreateSession();
        var pairs = ReversalTask.Random();
        var translation = (pairs with { Network = pairs.Network with { Bidirectional = true } }).Run(cancellationToken: cancelled).Model;
        var translator = translation.CreateSession();
        var probabilities = new float[ToyTask.Classes];
        var features = new float[encoder.FeatureCount];
        foreach (var (name, predict) in ((string, Action<int[]>)[])
            [("classifier", tokens => classifier.Predict(tokens, probabilities)), ("encoder", tokens => encoder.Encode(tokens, features)),
             ("tagger", tokens => tagger.Predict(tokens, new float[tokens.Length * ToyTask.VocabularySize])),
             ("model", tokens => model.Score(tokens)), ("session", tokens => session.Read(tokens)),
             ("translation", tokens => translator.Translate(tokens, new DecodingOptions { MaximumLength = 2 })), ("pair", tokens => translation.Score(tokens, [1, 2]))])
        {
            Run(predict, 10);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            Run(predict, Long);
            var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.IsLessThan(Long, kept, name);
            Run(predict, 10);
        }
    }

    /// <summary>A method of its own, so that nothing on the stack holds the tokens.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run(Action<int[]> predict, int length) => predict(new int[length]);

    [TestMethod]
    [DataRow(new[] { 100, 4_096, 1, 4_096 }, "0000")]
    [DataRow(new[] { 100_000, 100_000, 80_000, 1, 100_000, 1, 2 }, "1000000")]
    [DataRow(new[] { 5_000, 4_999, 19_000, 5_000, 100_000, 100_000, 100_000 }, "1000100")]
    [DataRow(new[] { 9_000, 9_000, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, "10000000000010")]
    public void BuffersAreKeptForWhatIsUsual(int[] lengths, string released)
    {
        var history = new LengthHistory();

        Assert.AreEqual(released, string.Concat(lengths.Select(length => history.Note(length) ? '1' : '0')));
    }
}
