namespace Microsoft.ML.RevRnn;

/// <summary>What <see cref="LanguageModel.ChooseCache"/> tries.</summary>
public sealed record CacheSearchOptions
{
    /// <summary>n: predictions that are kept, 1 to 100,000.</summary>
    public int Size { get; init; } = 1000;

    /// <summary>Values of <see cref="CacheOptions.Theta"/>.</summary>
    public IReadOnlyList<double> Thetas { get; init; } = [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2];

    /// <summary>Values of <see cref="CacheOptions.Lambda"/>.</summary>
    public IReadOnlyList<double> Lambdas { get; init; } = [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];

    /// <summary>Whether each text goes on from the one before, as in <see cref="EvaluationOptions.CarriesOver"/>.</summary>
    public bool CarriesOver { get; init; } = true;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">There are no values to try.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(Size), Size, 1, CacheOptions.MostSize);
        Check(nameof(Thetas), Thetas, CacheOptions.MostTheta);
        Check(nameof(Lambdas), Lambdas, CacheOptions.MostLambda);
    }

    private static void Check(string name, IReadOnlyList<double> values, double most)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Count == 0)
            throw new ArgumentException($"{name} is empty; give it one value to try at least.", name);
        foreach (var value in values)
            OptionCheck.Range(name, value, 0, most);
    }
}
