using System.Diagnostics;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Trains our models of the corpus, and has them translate its test.</summary>
internal sealed class TranslationTrainer(TranslationCorpus corpus, int epochs, int threads)
{
    private const int LongSteps = 2000;
    private const int LongRows = 8;

    /// <summary>Trains a model.</summary>
    public (TranslationRun Run, TrainingReport Report) Train(CellKind cell)
    {
        var (training, validation) = (corpus.Training, corpus.Validation);
        var (model, report) = TranslationModel.Train(
            training.Sources, training.Targets, corpus.Source.Size, corpus.Target.Size, TranslationRecipe.Network(cell), TranslationRecipe.Model(cell),
            TranslationRecipe.Training(cell, epochs, threads), (validation.Sources, validation.Targets));
        var run = new TranslationRun(
            [.. report.Epochs.Select(epoch => Math.Exp(epoch.ValidationLoss!.Value))],
            Translate(model, new DecodingOptions { BeamWidth = 1, LengthPenalty = 0 }),
            Translate(model, new DecodingOptions { BeamWidth = TranslationRecipe.Beam, LengthPenalty = 0 }));
        return (run, report);
    }

    /// <summary>What both sides take for a batch of sentences strung together to sources and targets of 2,000 words.</summary>
    public TranslationMemory MeasureLong(CellKind cell)
    {
        var (sources, targets) = (Join(corpus.Source.Training), Join(corpus.Target.Training));
        var training = TranslationRecipe.Training(cell, epochs: 1, threads) with { BatchSize = LongRows, ValidationFraction = 0 };
        return TranslationModel.Train(
            sources, targets, corpus.Source.Size, corpus.Target.Size, TranslationRecipe.Network(cell), TranslationRecipe.Model(cell) with { SoftmaxSamples = 512 }, training)
            .Report.TranslationMemory!.Value;

        static int[][] Join(int[][] sentences) => [.. sentences.SelectMany(sentence => sentence).Chunk(LongSteps).Take(LongRows)];
    }

    private TranslatedTest Translate(TranslationModel model, DecodingOptions decoding)
    {
        var test = corpus.Source.Test;
        var results = new Translation[test.Length];
        var next = -1;
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            var session = model.CreateSession();
            for (int i; (i = Interlocked.Increment(ref next)) < test.Length;)
                results[i] = session.Translate(test[i], decoding);
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return new TranslatedTest([.. results.Select(result => result.Tokens)], [.. results.Select(result => result.Alignment)], clock.Elapsed.TotalSeconds);
    }
}
