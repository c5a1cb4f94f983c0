namespace Microsoft.ML.RevRnn;

/// <summary>What is looked at of a network's states, and what counts as covered.</summary>
public sealed record CoverageOptions
{
    private const int MostWindow = 10_000;

    /// <summary>W: the last steps of a sequence, which are looked at; a shorter sequence begins with steps of the zero state, as if it were padded. 1 to 10,000.</summary>
    public int WindowLength { get; init; } = 20;

    /// <summary>Which part of the range of the sum's magnitude in training a step must reach for boundary coverage, 0 to 10.</summary>
    public double BoundaryThreshold { get; init; } = 0.8;

    /// <summary>The same of the sum's change, for step-wise coverage, 0 to 10.</summary>
    public double StepThreshold { get; init; } = 0.6;

    /// <summary>Letters of a word, each for a part of the window, for temporal coverage, 1 to 8.</summary>
    public int Segments { get; init; } = 5;

    /// <summary>The letters that there are, 2 to 10.</summary>
    public int Symbols { get; init; } = 3;

    /// <summary>k: sections of a unit's range from -1 to 1, for k-multisection coverage, 1 to 30.</summary>
    public int Sections { get; init; } = 10;

    /// <summary>Beyond which magnitude a unit's value is extreme, for neuron boundary and strong activation coverage, 0 to 1.</summary>
    public float ExtremeValue { get; init; } = 0.7f;

    /// <summary>The defaults, with a window that sequences of such lengths fill: 20 steps, or their median length where that is less, but no less than a word has letters.</summary>
    /// <param name="lengths">Tokens of each sequence.</param>
    public static CoverageOptions ForLengths(IEnumerable<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        var options = new CoverageOptions();
        int[] sorted = [.. lengths.Order()];
        return sorted.Length == 0 ? options : options with { WindowLength = Math.Clamp(sorted[sorted.Length / 2], options.Segments, options.WindowLength) };
    }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(WindowLength), WindowLength, 1, MostWindow);
        OptionCheck.Range(nameof(BoundaryThreshold), BoundaryThreshold, 0, 10);
        OptionCheck.Range(nameof(StepThreshold), StepThreshold, 0, 10);
        OptionCheck.Range(nameof(Segments), Segments, 1, 8);
        OptionCheck.Range(nameof(Symbols), Symbols, 2, 10);
        OptionCheck.Range(nameof(Sections), Sections, 1, 30);
        OptionCheck.Range(nameof(ExtremeValue), ExtremeValue, 0, 1);
    }
}
