using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace LongDocuments;

/// <summary>What each way to keep activations would have needed, and what was used.</summary>
internal static class MemoryReport
{
    private static readonly ActivationStrategy[] _strategies =
        [ActivationStrategy.Stored, ActivationStrategy.Checkpointed, ActivationStrategy.Reversible, ActivationStrategy.Hybrid];

    public static void Write(Settings settings, TrialResult trial, int[] lengths)
    {
        var longest = lengths.Max();
        var alone = Estimate(settings, trial, lengths, 1);
        var together = Estimate(settings, trial, lengths, Model.BatchSize);
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("Activations, MB")
            .AddColumn(new TableColumn($"A document of {longest:N0} tokens").RightAligned())
            .AddColumn(new TableColumn($"{Model.BatchSize} of them in a batch").RightAligned());
        foreach (var strategy in _strategies)
            table.AddRow(strategy.ToString(), Megabytes(alone[strategy]), Megabytes(together[strategy]));
        AnsiConsole.Write(table);

        var training = trial.Training;
        AnsiConsole.MarkupLine(
            $"Budget {settings.BudgetBytes / 1e6:N1} MB; used at the most [bold]{training.PeakActivationBytes / 1e6:N1} MB[/]; " +
            $"the same batches, all stored, would have taken {training.StoredActivationBytes / 1e6:N1} MB.");
        AnsiConsole.MarkupLine(
            $"In the batches too long to be stored, the forget gates threw away {training.OptimalBits / 8e6:N1} MB over the whole training; " +
            $"{training.LostBits / 8e6:N1} MB were kept of it to reverse them.");
    }

    private static ActivationEstimate Estimate(Settings settings, TrialResult trial, int[] lengths, int rows) => ActivationMemory.Estimate(
        trial.Network, rows, lengths.Max(), settings.Threads ?? Environment.ProcessorCount, hasDropout: true);

    private static string Megabytes(long? bytes) => bytes is { } known ? $"{known / 1e6:N1}" : "";
}
