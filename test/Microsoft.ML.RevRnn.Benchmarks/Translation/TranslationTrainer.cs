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
        // Contiguous parts, one a thread: PyTorch's threads share each batch.
        int[][][] parts = [.. test.Chunk((test.Length + threads - 1) / threads)];
        var results = new Translation[parts.Length][];
        var clock = Stopwatch.StartNew();
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => results[i] = model.CreateSession().TranslateAll(parts[i], decoding));
        var seconds = clock.Elapsed.TotalSeconds;
        Translation[] all = [.. results.SelectMany(part => part)];
        return new TranslatedTest([.. all.Select(result => result.Tokens)], [.. all.Select(result => result.Alignment)], seconds);
    }
}
