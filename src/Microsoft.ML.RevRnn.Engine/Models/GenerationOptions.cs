namespace Microsoft.ML.RevRnn;

/// <summary>How a language model chooses each next token of what it writes.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens, 1 to 1,000,000,000.</summary>
    public int MaximumTokens { get; init; } = 200;

    /// <summary>Probabilities are raised to 1 / temperature: below 1 likely tokens become likelier, 0 always takes the most probable one. 0 to 100.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Only so many most probable tokens are chosen from, null for all (Fan et al. 2018). 1 to 10,000,002.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Only the fewest most probable tokens that have this probability together are chosen from (nucleus sampling, Holtzman et al. 2020); 1 for all. Above 0, to 1.
    /// </summary>
    public float TopP { get; init; } = 1;

    /// <summary>
    /// log p of a token that is among the last <see cref="RepetitionWindow"/> chosen, a prompt not counted, is multiplied by this, before temperature (after Keskar et al. 2019): above 1
    /// it is less likely to come again. 1 to 100.
    /// </summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Tokens that <see cref="RepetitionPenalty"/> looks back over, 1 to 100,000.</summary>
    public int RepetitionWindow { get; init; } = 64;

    /// <summary>The text ends before the first of these that it would contain.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Whether the text ends where the model says that it does; else the end is never chosen.</summary>
    public bool StopsAtEnd { get; init; } = true;

    /// <summary>Whether the unknown token may be chosen.</summary>
    public bool AllowsUnknown { get; init; }

    /// <summary>
    /// Adapts the model to the text, prompt included; null for the model as it is, or for the cache that a session was created with. A session keeps what it reads from its
    /// beginning on, so its cache is given to what creates it; here it may then be null or the same.
    /// </summary>
    public CacheOptions? Cache { get; init; }

    /// <summary>Same seed, same model, same text before: same text.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A stop string is empty.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(MaximumTokens), MaximumTokens, 1, 1_000_000_000);
        OptionCheck.Range(nameof(Temperature), Temperature, 0, 100f);
        OptionCheck.Range(nameof(TopK), TopK ?? 1, 1, 10_000_002);
        OptionCheck.Range(nameof(TopP), TopP, 1e-6f, 1);
        OptionCheck.Range(nameof(RepetitionPenalty), RepetitionPenalty, 1, 100f);
        OptionCheck.Range(nameof(RepetitionWindow), RepetitionWindow, 1, 100_000);
        Cache?.Validate();
        ArgumentNullException.ThrowIfNull(StopStrings);
        if (StopStrings.Any(string.IsNullOrEmpty))
            throw new ArgumentException($"{nameof(StopStrings)} has an empty string, before which every text would end.", nameof(StopStrings));
    }
}
