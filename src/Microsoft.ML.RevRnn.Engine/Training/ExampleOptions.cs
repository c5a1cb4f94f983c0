using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What the training of a classifier or tagger is told of its sequences beyond their labels: what each weighs, which of them are held back, and numbers that go with them.
/// </summary>
/// <remarks>
/// The loss, in training and on held-back data, is the weighted mean sum of w l / sum of w, in training that of each batch; the gradient is that of this loss. l is the
/// cross-entropy of a prediction, - sum of q log p. Its weight w is that of the sequence times that of the class it should be; multi-label classifiers weigh the terms
/// of l by class instead, see <see cref="ClassWeights"/>. Accuracy and F1 count predictions, whatever they weigh. A sequence that weighs 0 is left out, as if it were not there.
/// </remarks>
public sealed record ExampleOptions
{
    /// <summary>What each sequence weighs, a finite number from 0; of a tagger, each of its tokens. Null for 1 each.</summary>
    public IReadOnlyList<float>? Weights { get; init; }

    /// <summary>
    /// What each class weighs, a finite number from 0. Of a multi-label classifier of several labels, what the cross-entropy of a label weighs where it holds, where it
    /// weighs 1 if it does not; of one label there are two classes, false and true. Null for 1 each.
    /// </summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>
    /// Whether classes weigh so that all count the same in training: sum of w / (C' sum of w of the class), over what is trained on, C' being the number of classes that
    /// occur; a class that does not weighs 1. Of a multi-label classifier of several labels, a label that holds weighs (sum of w without it) / (sum of w with it), or 1 if
    /// either is 0. Not together with <see cref="ClassWeights"/>.
    /// </summary>
    public bool BalancesClasses { get; init; }

    /// <summary>
    /// e, 0 to 0.5: of C classes q is 1 - e + e / C for the right one and e / C for each other (Szegedy et al. 2016); of labels each by itself, 1 - e / 2 where it
    /// holds and e / 2 where not.
    /// </summary>
    public float LabelSmoothing { get; init; }

    /// <summary>
    /// A number for each sequence: those of the same number are held back together or not at all, and <see cref="TrainingOptions.ValidationFraction"/> is that of the
    /// different numbers, rounded down. Null where each is by itself.
    /// </summary>
    public IReadOnlyList<int>? Groups { get; init; }

    /// <summary>
    /// How many of the sequences, the last ones, are a validation set: they are held back, and <see cref="TrainingOptions.ValidationFraction"/> and <see cref="Groups"/> are
    /// not used. Null for none, so that these are.
    /// </summary>
    public int? ValidationCount { get; init; }

    /// <summary>
    /// F numbers that go with each sequence, and are joined to its pooled states: a classifier's scores are W [pooled; z] + b, where z = (x - mean) / deviation of each
    /// number over what is trained on. NaN is a missing number and counts as the mean; an infinite one is an error. Dropout drops pooled states, not these. A tagger
    /// takes none. Null for none.
    /// </summary>
    public IReadOnlyList<float[]>? Features { get; init; }

    /// <summary>
    /// The n-grams of each sequence, for a linear map of them whose scores join those of the network, see <see cref="NGramOptions"/>: both are trained on the same sequences, each
    /// by itself, and those that are held back tell how much either counts, so that the classifier is about as good as the better one at least. A tagger takes none. Null for none.
    /// </summary>
    public NGramSet? NGrams { get; init; }

    /// <summary>Checks every option.</summary>
    /// <param name="count">How many sequences there are.</param>
    /// <param name="classCount">How many classes or labels.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">There are not as many weights or groups as there should be, or options contradict each other.</exception>
    internal void Validate(int count, int classCount)
    {
        CheckWeights(nameof(Weights), "sequence", Weights, count);
        CheckWeights(nameof(ClassWeights), "class", ClassWeights, classCount);
        OptionCheck.Range(nameof(LabelSmoothing), LabelSmoothing, 0, 0.5f);
        if (BalancesClasses && ClassWeights != null)
            throw new ArgumentException($"{nameof(BalancesClasses)} and {nameof(ClassWeights)} are both set; leave either out.", nameof(BalancesClasses));
        if (Groups != null && Groups.Count != count)
            throw new ArgumentException($"There are {count} sequences, and {nameof(Groups)} of {Groups.Count}.", nameof(Groups));
        OptionCheck.Range(nameof(ValidationCount), ValidationCount ?? 0, 0, count - 1);
        CheckFeatures(count);
        NGrams?.Options.Validate();
        if (NGrams != null && NGrams.Vectors.Count != count)
            throw new ArgumentException($"There are {count} sequences, and {nameof(NGrams)} of {NGrams.Vectors.Count}.", nameof(NGrams));
    }

    /// <summary>The same for some of the sequences.</summary>
    /// <param name="members">Their numbers, ascending.</param>
    /// <param name="count">How many there are in all.</param>
    internal ExampleOptions Of(int[] members, int count) => this with
    {
        Weights = Weights == null ? null : Array.ConvertAll(members, member => Weights[member]),
        Groups = Groups == null ? null : Array.ConvertAll(members, member => Groups[member]),
        ValidationCount = ValidationCount is { } validation ? members.Count(member => member >= count - validation) : null,
    };

    /// <summary>Writes what differs from the defaults, for the identity of a training.</summary>
    internal void WriteIdentity(BinaryWriter writer)
    {
        // N-grams have a training of their own, which is not in checkpoints.
        if (this with { NGrams = null } == new ExampleOptions())
            return;
        foreach (var weights in (ReadOnlySpan<IReadOnlyList<float>?>)[Weights, ClassWeights])
        {
            writer.Write(weights?.Count ?? -1);
            foreach (var weight in weights ?? [])
                writer.Write(weight);
        }
        writer.Write(BalancesClasses);
        writer.Write(LabelSmoothing);
        writer.Write(Groups?.Count ?? -1);
        foreach (var group in Groups ?? [])
            writer.Write(group);
        writer.Write(ValidationCount ?? -1);
        foreach (var features in Features ?? [])
        {
            writer.Write(features.Length);
            writer.Write(MemoryMarshal.AsBytes<float>(features));
        }
    }

    private void CheckFeatures(int count)
    {
        if (Features == null)
            return;
        if (Features.Count != count)
            throw new ArgumentException($"There are {count} sequences, and {nameof(Features)} of {Features.Count}.", nameof(Features));
        for (var i = 0; i < count; i++)
            FeatureCheck.Check(Features[i], Features[0]?.Length ?? 0, nameof(Features), sequence: i);
        OptionCheck.Range(nameof(Features), Features[0].Length, 1, DenseFeatures.MaximumCount);
    }

    private static void CheckWeights(string option, string of, IReadOnlyList<float>? weights, int count)
    {
        if (weights == null)
            return;
        if (weights.Count != count)
            throw new ArgumentException($"{option} has {weights.Count} values; it must have one for each {of}, {count}.", option);
        for (var i = 0; i < count; i++)
        {
            if (!(weights[i] >= 0 && float.IsFinite(weights[i])))
                throw new ArgumentOutOfRangeException(option, weights[i], $"The weight of {of} {i} is {weights[i]}; it must be a finite number from 0.");
        }
    }
}
