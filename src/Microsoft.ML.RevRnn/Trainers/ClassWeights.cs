using System.Globalization;

namespace Microsoft.ML.RevRnn;

/// <summary>What the classes weigh in the loss, where a trainer learns from labels: <see cref="Balanced"/>, or by value.</summary>
/// <remarks>See <see cref="ExampleOptions.ClassWeights"/> and <see cref="ExampleOptions.BalancesClasses"/> for the formulas.</remarks>
public sealed class ClassWeights
{
    private readonly Dictionary<string, float>? _weights;

    private ClassWeights(Dictionary<string, float>? weights) => _weights = weights;

    /// <summary>All classes count the same, however many rows they have.</summary>
    public static ClassWeights Balanced { get; } = new(null);

    internal bool AreBalanced => _weights == null;

    /// <summary>Weights by the value of the label; what is not named weighs 1.</summary>
    /// <param name="weights">
    /// Finite numbers from 0, by the value of the label as text: of numbers in the invariant culture, <c>"True"</c> and <c>"False"</c> of a Boolean, the key's number where
    /// keys stand for nothing, the name of the slot of a vector of flags, or its number from 1 where it has none.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative or not a finite number.</exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, float> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var (label, weight) in weights)
        {
            if (!(weight >= 0 && float.IsFinite(weight)))
            {
                throw new ArgumentOutOfRangeException(nameof(weights), weight, string.Create(CultureInfo.InvariantCulture,
                    $"The weight of the class '{label}' is {weight}; it must be a finite number from 0."));
            }
        }
        return new(new Dictionary<string, float>(weights, StringComparer.Ordinal));
    }

    /// <summary>The weights of classes; null where they are to be balanced.</summary>
    /// <param name="names">What the classes are called.</param>
    /// <param name="labelColumnName">Where they are from.</param>
    /// <exception cref="ArgumentException">A weight is of no class that there is.</exception>
    internal float[]? Of(IReadOnlyList<string> names, string labelColumnName)
    {
        if (_weights == null)
            return null;
        var unknown = _weights.Keys.Except(names).Order(StringComparer.Ordinal).Take(10).Select(name => $"'{name}'").ToArray();
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"{nameof(ClassWeights)} has weights of {string.Join(", ", unknown)}, which the label column '{labelColumnName}' does not have.", nameof(ClassWeights));
        }
        return [.. names.Select(name => _weights.GetValueOrDefault(name, 1))];
    }
}
