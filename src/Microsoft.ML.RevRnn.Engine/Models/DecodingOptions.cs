namespace Microsoft.ML.RevRnn;

/// <summary>How a translation is searched for.</summary>
public sealed record DecodingOptions
{
    /// <summary>
    /// Translations that are followed at a time, 1 to 1,000. 1 takes the most probable token each time (greedy); more of them find more probable translations, in proportion to
    /// the time.
    /// </summary>
    public int BeamWidth { get; init; } = 5;

    /// <summary>
    /// a of the length norm ((5 + n) / 6)^a by which log probabilities are divided, n being the tokens and both boundaries (Wu et al. 2016, section 7), 0 to 10. 0 is none, and
    /// makes translations short.
    /// </summary>
    public double LengthPenalty { get; init; } = 0.6;

    /// <summary>Most tokens of a translation, 1 to 1,000,000; null for 2 S + 10 of a source of S tokens.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(BeamWidth), BeamWidth, 1, 1000);
        OptionCheck.Range(nameof(LengthPenalty), LengthPenalty, 0, 10);
        OptionCheck.Range(nameof(MaximumLength), MaximumLength ?? 1, 1, 1_000_000);
    }
}
