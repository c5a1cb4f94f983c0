namespace Microsoft.ML.RevRnn;

/// <summary>Whether a model stays with its class where a text is changed a little. <see cref="TestingPages"/> shows it as a page.</summary>
public sealed record RobustnessReport
{
    /// <summary>What the model is.</summary>
    public required string ModelName { get; init; }

    /// <summary>How texts were looked for.</summary>
    public required MutationMode Mode { get; init; }

    /// <summary>Of all that was random.</summary>
    public required int Seed { get; init; }

    /// <summary>How many texts were changed.</summary>
    public required int SeedTexts { get; init; }

    /// <summary>Changed texts that the model was asked of.</summary>
    public required long ModelCalls { get; init; }

    /// <summary>Of them those that are one change away from a text, and so should be of its class.</summary>
    public required long Mutants { get; init; }

    /// <summary>Of these, those that are taken for another class.</summary>
    public required long Flips { get; init; }

    /// <summary>The part of the changed texts that are taken for another class.</summary>
    public double FlipRate => Mutants == 0 ? 0 : (double)Flips / Mutants;

    /// <summary>What came of each kind of change.</summary>
    public required IReadOnlyList<KindFlips> Kinds { get; init; }

    /// <summary>The words whose change led to another class, those for which that is surest first.</summary>
    public required IReadOnlyList<WordFlips> Words { get; init; }

    /// <summary>Texts that are taken for another class when they are changed, in the order in which they were found.</summary>
    public required IReadOnlyList<ClassFlip> Examples { get; init; }

    /// <summary>What is covered of the states, from the texts as they were to the end.</summary>
    public required IReadOnlyList<CoveragePoint> Course { get; init; }

    /// <summary>What the texts and all changed ones have covered.</summary>
    public required CoverageReport Coverage { get; init; }
}
