using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace LanguageModeling;

/// <summary>What the sample shows when training has ended.</summary>
internal static class Report
{
    /// <summary>A text of the model's own, written as it is made.</summary>
    public static void Text(RevLanguageModelTransformer model)
    {
        AnsiConsole.Write(new Rule("What it writes") { Justification = Justify.Left });
        foreach (var piece in model.Generate("", new GenerationOptions { MaximumTokens = 500, Temperature = 0.8f, TopP = 0.95f, StopsAtEnd = false, Seed = 1 }))
            Console.Write(piece);
        Console.WriteLine();
        AnsiConsole.Write(new Rule());
    }

    /// <summary>A page that shows what each prediction of a text hangs on.</summary>
    public static void Connectivity(RevLanguageModelTransformer model, string text)
    {
        var file = Path.Combine(Path.GetTempPath(), "connectivity.html");
        model.Connectivity(text[..Math.Min(text.Length, 200)]).SaveHtml(file);
        AnsiConsole.MarkupLineInterpolated($"What its predictions hang on is in {file}: open it, and hover a token.");
    }

    public static void Memory(TrainingReport training) =>
        AnsiConsole.Write(new BarChart()
            .Width(72)
            .Label("Activations at the most, MB")
            .LeftAlignLabel()
            .AddItem("stored", Math.Round(training.StoredActivationBytes / 1e6, 1), Color.Grey)
            .AddItem("reversible", Math.Round(training.PeakActivationBytes / 1e6, 1), Color.Green));

    public static void Figures(LanguageModelMetrics metrics, TrainingReport training, long parameters, TimeSpan elapsed)
    {
        var loss = Loss(training, metrics);
        AnsiConsole.MarkupLine(
            $"Validation loss [bold]{loss:F3}[/] nats a token (perplexity {Math.Exp(loss):F1}), {metrics.BitsPerCharacter:F3} bits a character, with {parameters:N0} parameters " +
            $"in {elapsed.TotalSeconds:F0} s, {training.TokensPerSecond:N0} tokens/s; epoch {training.BestEpoch} of {training.Epochs.Count} is kept.");
    }

    public static void Json(LanguageModelMetrics metrics, TrainingReport training, long parameters, TimeSpan elapsed)
    {
        var loss = Loss(training, metrics);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            validationLoss = loss,
            validationPerplexity = Math.Exp(loss),
            bitsPerCharacter = metrics.BitsPerCharacter,
            seconds = elapsed.TotalSeconds,
            tokensPerSecond = training.TokensPerSecond,
            parameters,
            peakActivationBytes = training.PeakActivationBytes,
            storedActivationBytes = training.StoredActivationBytes,
        }));
    }

    /// <summary>The kept epoch's, measured over contiguous streams like training; where none was measured, that of each text from its beginning.</summary>
    private static double Loss(TrainingReport training, LanguageModelMetrics metrics) =>
        training.BestEpoch > 0 && training.Epochs[training.BestEpoch - 1].ValidationLoss is { } loss ? loss : metrics.CrossEntropy;
}
