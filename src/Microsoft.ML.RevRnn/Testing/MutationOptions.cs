namespace Microsoft.ML.RevRnn;

/// <summary>How a classifier's texts are changed to test it: options of <see cref="RevRnnTesting.RobustnessReport(MLContext, RevRnnPredictionTransformer, IEnumerable{string}, MutationOptions)"/>.</summary>
public sealed class MutationOptions
{
    /// <summary>How texts are looked for.</summary>
    public MutationMode Mode { get; set; } = MutationMode.Genetic;

    /// <summary>What may be done to a text; at least one.</summary>
    public IReadOnlyList<MutationKind> Kinds { get; set; } = Enum.GetValues<MutationKind>();

    /// <summary>The least part of a text's words that a change is of, 0 to 1; one word always is.</summary>
    public double LeastRate { get; set; } = 0.01;

    /// <summary>The greatest part, 0 to 1: how far a text may be changed if its class is to stay.</summary>
    public double GreatestRate { get; set; } = 0.2;

    /// <summary>How many of the texts are changed, drawn at random, at least 1.</summary>
    public int SeedTexts { get; set; } = 200;

    /// <summary>How many changed texts the model is asked of, at least 1.</summary>
    public int ModelCalls { get; set; } = 10_000;

    /// <summary>
    /// Similar words of words, in any case; null for those whose vectors are nearest in the model, which may be of the other meaning too: a network takes for alike what it need not
    /// tell apart. A model of words or byte pairs has such vectors, others need a list for synonyms and insertions.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Synonyms { get; set; }

    /// <summary>How many of the nearest words count as similar, 1 to 1,000.</summary>
    public int NeighbourCount { get; set; } = 5;

    /// <summary>Of the genetic mode: how many changed texts each parent has in a generation, at least 1. testRNN's is 1,000.</summary>
    public int Population { get; set; } = 30;

    /// <summary>Of the genetic mode: how many texts of a generation, with its parents, are parents of the next, at least 1.</summary>
    public int Survivors { get; set; } = 4;

    /// <summary>Of the genetic mode: generations until a goal is given up, at least 1.</summary>
    public int Generations { get; set; } = 10;

    /// <summary>How many changed texts of another class are told of, at least 0; the figures are of all.</summary>
    public int ExampleCount { get; set; } = 200;

    /// <summary>What is looked at of the states; null for a window that the texts fill, <see cref="CoverageOptions.ForLengths"/>.</summary>
    public CoverageOptions? Coverage { get; set; }

    /// <summary>Of all that is random; null for that of the context. The same seed gives the same report.</summary>
    public int? Seed { get; set; }

    /// <summary>Ends the search within a round; the report is of what was found by then.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        Check(nameof(LeastRate), LeastRate, 0, 1);
        Check(nameof(GreatestRate), GreatestRate, LeastRate, 1);
        Check(nameof(SeedTexts), SeedTexts, 1, int.MaxValue);
        Check(nameof(ModelCalls), ModelCalls, 1, int.MaxValue);
        Check(nameof(NeighbourCount), NeighbourCount, 1, 1000);
        Check(nameof(Population), Population, 1, 1_000_000);
        Check(nameof(Survivors), Survivors, 1, 1_000_000);
        Check(nameof(Generations), Generations, 1, 1_000_000);
        Check(nameof(ExampleCount), ExampleCount, 0, int.MaxValue);
        if (!Enum.IsDefined(Mode))
            throw new ArgumentOutOfRangeException(nameof(Mode), Mode, "There is no such mode.");
        if (Kinds is not { Count: > 0 } || Kinds.Any(kind => !Enum.IsDefined(kind)))
            throw new ArgumentException($"{nameof(Kinds)} must have at least one of {string.Join(", ", Enum.GetNames<MutationKind>())}.", nameof(Kinds));
        Coverage?.Validate();
    }

    private static void Check(string option, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new ArgumentOutOfRangeException(option, value, FormattableString.Invariant($"{option} is {value}; it must be from {least} to {most}."));
    }
}
