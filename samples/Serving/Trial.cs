using System.Net.Http.Json;

namespace Serving;

/// <summary>Asks a running service one thing of each kind.</summary>
internal static class Trial
{
    /// <exception cref="InvalidOperationException">An answer is not what it should be.</exception>
    public static async Task RunAsync(string address)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ClassifyAsync(client, "Writes the text to a file, and closes it.")));
        if (answers.Distinct().Count() != 1)
            throw new InvalidOperationException("The same text got different answers.");
        Console.WriteLine($"classify   {answers[0]}");
        var written = await client.GetStringAsync("/generate?prompt=Gets&tokens=40");
        if (!written.Contains("event: end", StringComparison.Ordinal))
            throw new InvalidOperationException($"The text has no end: {written}");
        Console.WriteLine($"generate   {string.Concat(written.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]))}");
        Console.WriteLine($"health     {await client.GetStringAsync("/health")}");
        Console.WriteLine($"metrics    {await client.GetStringAsync("/metrics")}");
        if (!(await client.GetStringAsync("/")).Contains("</html>", StringComparison.Ordinal))
            throw new InvalidOperationException("The page has no end.");
    }

    private static async Task<string> ClassifyAsync(HttpClient client, string text)
    {
        using var response = await client.PostAsJsonAsync("/classify", new ClassifyRequest(text));
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}
