using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Autocomplete;

/// <summary>What the sample shows: its networks beside each other, and the article's beside these.</summary>
internal static class Report
{
    private const int MostLetters = 7;

    public static void Table(IReadOnlyList<Result> results, Settings settings)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Network");
        foreach (var column in (string[])["Parameters", "Cross-entropy", "Top 1", "Top 3", "Training", "Article: cross-entropy", "Article: top 1"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var result in results)
        {
            var article = result.Contestant.OfTheArticle;
            table.AddRow(
                Markup.Escape(result.Contestant.Name),
                $"{result.Parameters:N0}",
                $"{result.CrossEntropy:F3}",
                $"{result.Top(1):P1}",
                $"{result.Top(3):P1}",
                $"{result.Seconds:F0} s",
                article == null ? "" : $"{article.CrossEntropy:F3}",
                article == null ? "" : $"{article.Accuracy:P1}");
        }
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine(
            $"Ours: {settings.Units} units, {settings.Epochs} passes, a word of {settings.Words:N0}, unknown ones left out. The article's: its own data, text8, of which this has none; 600 units, 2 passes over 457,000 observations, " +
            "two layers (nested: one, two levels deep), a word of 16,384, unknown ones and padding counted. So rows are to be compared, not columns.");
    }

    public static void ByLetters(IReadOnlyList<Result> results)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Top 1 after so many letters of the word");
        for (var letters = 0; letters < MostLetters; letters++)
            table.AddColumn(new TableColumn(letters.ToString(CultureInfo.InvariantCulture)).RightAligned());
        foreach (var result in results)
            table.AddRow([Markup.Escape(result.Contestant.Name), .. Row(result.ByLetters.Select(figure => figure.TopAccuracy[0]))]);
        foreach (var contestant in results.Select(result => result.Contestant))
        {
            if (contestant.OfTheArticle is { } article)
                table.AddRow([Markup.Escape($"Article: {contestant.Name}"), .. Row(article.ByLetters)]);
        }
        AnsiConsole.Write(table);
    }

    public static void Json(IReadOnlyList<Result> results, TimeSpan elapsed)
    {
        var figures = new
        {
            seconds = elapsed.TotalSeconds,
            networks = results.Select(result => new
            {
                name = result.Contestant.Name,
                parameters = result.Parameters,
                crossEntropy = result.CrossEntropy,
                top1 = result.Top(1),
                top3 = result.Top(3),
                trainingSeconds = result.Seconds,
                byLetters = result.ByLetters,
                article = result.Contestant.OfTheArticle,
            }),
        };
        Console.WriteLine(JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
    }

    private static string[] Row(IEnumerable<double> accuracies)
    {
        string[] row = [.. accuracies.Take(MostLetters).Select(accuracy => $"{accuracy:P0}")];
        return [.. row, .. Enumerable.Repeat("", MostLetters - row.Length)];
    }
}
