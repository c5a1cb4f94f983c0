namespace Microsoft.ML.RevRnn;

/// <summary>How BLEU is computed; the defaults are sacreBLEU's. <see cref="BleuScore.Signature"/> names them all.</summary>
public sealed record BleuOptions
{
    /// <summary>How texts are cut into tokens.</summary>
    public BleuTokenization Tokenization { get; init; } = BleuTokenization.Mteval13a;

    /// <summary>What is done with an order of n-grams of which none matches.</summary>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>v of <see cref="BleuSmoothing.Floor"/> and <see cref="BleuSmoothing.AddK"/>, above 0 to 1,000; null for 0.1 and 1. The others do not use it.</summary>
    public double? SmoothingValue { get; init; }

    /// <summary>Whether upper and lower case are the same.</summary>
    public bool Lowercase { get; init; }

    /// <summary>
    /// Whether the mean is over the orders only of which the hypotheses have n-grams: for single sentences, of which those shorter than four tokens else score 0.
    /// </summary>
    public bool EffectiveOrder { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        CheckDefined(nameof(Tokenization), Tokenization);
        CheckDefined(nameof(Smoothing), Smoothing);
        if (SmoothingValue is { } value && !(value > 0 && value <= 1000))
        {
            throw new ArgumentOutOfRangeException(
                nameof(SmoothingValue), value, FormattableString.Invariant($"{nameof(SmoothingValue)} is {value}; it must be above 0, up to 1000."));
        }
    }

    private static void CheckDefined<T>(string option, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }
}
