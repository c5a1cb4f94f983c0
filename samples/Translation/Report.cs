using System.Text.Json;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace Translation;

/// <summary>What the sample shows when training has ended.</summary>
internal static class Report
{
    private const int Shown = 8;

    /// <summary>Some translations of the test's, beside what they should be.</summary>
    public static void Translations(RevTranslationTransformer model, Pair[] test)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Source", "Translation", "Should be");
        foreach (var pair in test.Take(Shown))
        {
            var translation = model.Translate(pair.Source);
            table.AddRow(new Text(pair.Source), new Text(translation, translation == pair.Target ? Color.Green : Color.Yellow), new Text(pair.Target));
        }
        AnsiConsole.Write(table);
    }

    public static void Memory(TrainingReport training)
    {
        if (training.TranslationMemory is not { } memory)
            return;
        AnsiConsole.Write(new BarChart()
            .Width(72)
            .Label("Activations at the most, MB")
            .LeftAlignLabel()
            .AddItem("encoder, stored", Megabytes(memory.EncoderStoredBytes), Color.Grey)
            .AddItem("encoder, reversible", Megabytes(memory.EncoderPeakBytes), Color.Green)
            .AddItem("decoder, stored", Megabytes(memory.DecoderStoredBytes), Color.Grey)
            .AddItem("decoder, reversible", Megabytes(memory.DecoderPeakBytes), Color.Green));
    }

    public static void Figures(TranslationMetrics metrics, TrainingReport training, long parameters, TimeSpan elapsed) => AnsiConsole.MarkupLineInterpolated(
        $"[bold]{metrics.ExactMatch:P1}[/] of {metrics.RowCount:N0} translations are exactly right; BLEU {metrics.Bleu.Score:F1} ({metrics.Bleu.Signature}), perplexity {metrics.Perplexity:F3} a token, with {parameters:N0} parameters in {elapsed.TotalSeconds:F0} s, {training.TokensPerSecond:N0} tokens/s; epoch {training.BestEpoch} of {training.Epochs.Count} is kept.");

    public static void Json(TranslationMetrics metrics, TrainingReport training, long parameters, TimeSpan elapsed) => Console.WriteLine(JsonSerializer.Serialize(new
    {
        exactMatch = metrics.ExactMatch,
        bleu = metrics.Bleu.Score,
        perplexity = metrics.Perplexity,
        seconds = elapsed.TotalSeconds,
        tokensPerSecond = training.TokensPerSecond,
        parameters,
        encoderPeakActivationBytes = training.TranslationMemory?.EncoderPeakBytes,
        encoderStoredActivationBytes = training.TranslationMemory?.EncoderStoredBytes,
        decoderPeakActivationBytes = training.TranslationMemory?.DecoderPeakBytes,
        decoderStoredActivationBytes = training.TranslationMemory?.DecoderStoredBytes,
    }));

    private static double Megabytes(long bytes) => Math.Round(bytes / 1e6, 2);
}
