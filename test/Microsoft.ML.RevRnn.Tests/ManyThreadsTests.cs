using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Predictions take little, and many threads on one model get what one gets, in no more memory.</summary>
[TestClass]
public sealed class ManyThreadsTests
{
    private const int Threads = 32;

    private static readonly Lazy<RevRnnClassificationTransformer> _model = new(() =>
    {
        var options = Small.Classification();
        (options.NGrams, options.Training) = (new NGramOptions { HashBits = 14, Epochs = 1 }, options.Training with { MaximumEpochs = 2 });
        return Trained.Context.MulticlassClassification.Trainers.RevLstm(options).Fit(Trained.Keyed());
    });

    private static readonly LabelledText[] _texts = [.. TestData.Rows(300, seed: 9)];

    /// <summary>The tokens, and for those of several columns or a text that is not normalized the parts that they are made of.</summary>
    [TestMethod]
    public void APredictionAllocatesItsTokens()
    {
        const int Words = 20;
        const int TokenArray = 24 + sizeof(int) * Words;
        var text = new LabelledText { Text = string.Join(' ', Enumerable.Repeat("some gold and iron", Words / 4)) };
        foreach (var model in (ITransformer[])[_model.Value, Trained.Classifier])
        {
            using var engine = Trained.Context.Model.CreatePredictionEngine<LabelledText, Scored>(model);
            var scored = new Scored();
            for (var i = 0; i < 50; i++)
                engine.Predict(text, ref scored);
            var least = long.MaxValue;
            // A collection that another test's thread brings about counts the rest of this thread's allocation block.
            for (var run = 0; run < 5; run++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                engine.Predict(text, ref scored);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }
            // ML.NET's own is one more object, of 16 bytes at the least.
            Assert.IsLessThanOrEqualTo(TokenArray + 24, least);
        }
    }

    /// <summary>Once each thread has its session, its predictions leave nothing behind but tokens, however many there are.</summary>
    [TestMethod]
    public void ManyThreadsGetWhatOneGets()
    {
        using var alone = Trained.Context.Model.CreatePredictionEngine<LabelledText, Scored>(_model.Value);
        string[] expected = [.. _texts.Select(text => Bits.Line(alone.Predict(text).Score))];
        var different = 0;
        var allocated = new long[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Predict(thread)))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.AreEqual(0, different);
        foreach (var bytes in allocated)
            Assert.IsLessThan(600L * _texts.Length, bytes);

        void Predict(int thread)
        {
            using var engine = Trained.Context.Model.CreatePredictionEngine<LabelledText, Scored>(_model.Value);
            var scored = new Scored();
            for (var i = 0; i < _texts.Length; i++)
            {
                engine.Predict(_texts[(i + thread) % _texts.Length], ref scored);
                if (Bits.Line(scored.Score) != expected[(i + thread) % _texts.Length])
                    Interlocked.Increment(ref different);
            }
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var text in _texts)
                engine.Predict(text, ref scored);
            allocated[thread] = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
