using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Which of the sequences are trained on, and which are held back.</summary>
/// <param name="Training">Indices of those that are trained on, ascending.</param>
/// <param name="Validation">Indices of those that are held back, ascending.</param>
internal sealed record HeldBack(int[] Training, int[] Validation)
{
    /// <summary>The last ones are held back.</summary>
    public static HeldBack Last(int count, int heldBack)
    {
        var order = Parameter.Identity(count);
        return new HeldBack(order[..^heldBack], order[^heldBack..]);
    }

    /// <summary>A random part of them is held back.</summary>
    public static HeldBack Random(int count, TrainingOptions options)
    {
        var order = Parameter.Identity(count);
        BatchPlan.Shuffle(order, CounterRandom.Key(CounterRandom.Mix(options.RandomSeed), RandomUse.HeldBack));
        var held = (int)(count * options.ValidationFraction);
        var validation = order[..held];
        var training = order[held..];
        Array.Sort(validation);
        Array.Sort(training);
        return new HeldBack(training, validation);
    }
}
