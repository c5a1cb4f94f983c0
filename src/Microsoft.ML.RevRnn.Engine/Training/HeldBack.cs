using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Which of the sequences are trained on, and which are held back.</summary>
/// <param name="Training">Indices of those that are trained on, ascending.</param>
/// <param name="Validation">Indices of those that are held back, ascending.</param>
internal sealed record HeldBack(int[] Training, int[] Validation)
{
    /// <summary>Whether what is held back is a validation set, which nothing may learn from.</summary>
    public bool IsValidationSet { get; private init; }

    /// <summary>Whether so much is held back, more than a twentieth, and may be learned from, that it is worth learning from it too when it has told what it was held back for.</summary>
    public bool IsWorthLearning => !IsValidationSet && (long)Validation.Length * 20 > Training.Length + Validation.Length;

    /// <summary>Indices of both parts, ascending.</summary>
    public int[] All
    {
        get
        {
            int[] all = [.. Training, .. Validation];
            Array.Sort(all);
            return all;
        }
    }

    /// <summary>The last ones are held back.</summary>
    public static HeldBack Last(int count, int heldBack)
    {
        var order = Parameter.Identity(count);
        return new HeldBack(order[..^heldBack], order[^heldBack..]) { IsValidationSet = true };
    }

    /// <summary>A random part of them is held back.</summary>
    public static HeldBack Random(int count, TrainingOptions options) => Random(Parameter.Identity(count), options);

    /// <summary>Those that count, as the options have it.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="examples">How they are held back.</param>
    /// <param name="counts">Whether a sequence counts; the others are neither trained on nor held back.</param>
    /// <param name="options">How many are held back, where <paramref name="examples"/> have none, and the seed.</param>
    /// <exception cref="ArgumentException">Nothing is left to train on.</exception>
    public static HeldBack Of(int count, ExampleOptions examples, Predicate<int> counts, TrainingOptions options)
    {
        var members = Array.FindAll(Parameter.Identity(count), counts);
        var parts = examples switch
        {
            { ValidationCount: { } last } => new(Array.FindAll(members, i => i < count - last), Array.FindAll(members, i => i >= count - last)) { IsValidationSet = true },
            { Groups: { } groups } => OfGroups(members, groups, options),
            _ => Random(members, options),
        };
        return parts.Training.Length > 0 ? parts : throw new ArgumentException("All sequences that could be trained on weigh 0, so there is nothing to learn from.", nameof(examples));
    }

    private static HeldBack Random(int[] members, TrainingOptions options)
    {
        var order = (int[])members.Clone();
        BatchPlan.Shuffle(order, CounterRandom.Key(CounterRandom.Mix(options.RandomSeed), RandomUse.HeldBack));
        var held = options.HeldBackOf(order.Length);
        var validation = order[..held];
        var training = order[held..];
        Array.Sort(validation);
        Array.Sort(training);
        return new HeldBack(training, validation);
    }

    /// <summary>A random part of the groups is held back, each as a whole.</summary>
    private static HeldBack OfGroups(int[] members, IReadOnlyList<int> groups, TrainingOptions options)
    {
        int[] all = [.. members.Select(member => groups[member]).Distinct()];
        var held = Random(all.Length, options).Validation.Select(i => all[i]).ToHashSet();
        return new HeldBack(Array.FindAll(members, member => !held.Contains(groups[member])), Array.FindAll(members, member => held.Contains(groups[member])));
    }
}
