namespace Microsoft.ML.RevRnn.Training;

/// <summary>What <see cref="ExampleOptions"/> come to for the sequences of a training.</summary>
/// <param name="Parts">Which of them are trained on, and which are held back.</param>
/// <param name="Weights">What each weighs; null for 1.</param>
/// <param name="ClassWeights">What each class weighs, where that is not in <paramref name="Weights"/>; null for 1.</param>
internal sealed record ExampleSet(HeldBack Parts, float[]? Weights, float[]? ClassWeights)
{
    /// <summary>Each sequence has a class.</summary>
    /// <exception cref="ArgumentException">The options do not fit, or nothing is left to train on.</exception>
    public static ExampleSet OfClasses(ExampleOptions options, IReadOnlyList<int> classes, int classCount, TrainingOptions training)
    {
        options.Validate(classes.Count, classCount);
        var weights = Times(options.Weights?.ToArray(), classes, options.ClassWeights);
        var parts = HeldBack.Of(classes.Count, options, member => weights == null || weights[member] > 0, training);
        if (options.BalancesClasses)
            weights = Times(weights, classes, Balanced(parts.Training.Select(member => (classes[member], weights?[member] ?? 1)), classCount));
        return new ExampleSet(parts, weights, null);
    }

    /// <summary>Each token of a sequence has a class.</summary>
    /// <inheritdoc cref="OfClasses"/>
    public static ExampleSet OfTokens(ExampleOptions options, IReadOnlyList<int[]> classes, int classCount, TrainingOptions training)
    {
        if (options.NGrams != null)
            throw new ArgumentException($"{nameof(options.NGrams)} go with whole sequences; a tagger, which tells the class of each token, takes none.", nameof(options));
        if (options.Features != null)
            throw new ArgumentException($"{nameof(options.Features)} go with whole sequences; a tagger, which tells the class of each token, takes none.", nameof(options));
        options.Validate(classes.Count, classCount);
        var weights = options.Weights?.ToArray();
        var classWeights = options.ClassWeights?.ToArray();
        var parts = HeldBack.Of(
            classes.Count, options, member => (weights?[member] ?? 1) > 0 && (classWeights == null || classes[member].Any(label => classWeights[label] > 0)), training);
        if (options.BalancesClasses)
            classWeights = Balanced(parts.Training.SelectMany(member => classes[member].Select(label => (label, weights?[member] ?? 1))), classCount);
        return new ExampleSet(parts, weights, classWeights);
    }

    /// <summary>Any of several labels may hold for a sequence. One label makes two classes, false and true.</summary>
    /// <inheritdoc cref="OfClasses"/>
    public static ExampleSet OfLabels(ExampleOptions options, IReadOnlyList<int[]> labels, int labelCount, TrainingOptions training)
    {
        if (labelCount == 1)
            return OfClasses(options, [.. labels.Select(ofSequence => ofSequence.Length)], 2, training);
        options.Validate(labels.Count, labelCount);
        var weights = options.Weights?.ToArray();
        var parts = HeldBack.Of(labels.Count, options, member => (weights?[member] ?? 1) > 0, training);
        var balanced = options.BalancesClasses ? Balanced(parts.Training, labels, weights, labelCount) : options.ClassWeights?.ToArray();
        return new ExampleSet(parts, weights, balanced);
    }

    private static float[]? Times(float[]? weights, IReadOnlyList<int> classes, IReadOnlyList<float>? classWeights)
        => classWeights == null ? weights : [.. classes.Select((label, i) => (weights?[i] ?? 1) * classWeights[label])];

    private static float[] Balanced(IEnumerable<(int Class, float Weight)> examples, int classCount)
    {
        var sums = new double[classCount];
        foreach (var (label, weight) in examples)
            sums[label] += weight;
        var share = sums.Sum() / sums.Count(sum => sum > 0);
        return Array.ConvertAll(sums, sum => sum > 0 ? (float)(share / sum) : 1);
    }

    private static float[] Balanced(int[] members, IReadOnlyList<int[]> labels, float[]? weights, int labelCount)
    {
        var sums = new double[labelCount];
        var all = 0.0;
        foreach (var member in members)
        {
            var weight = weights?[member] ?? 1;
            all += weight;
            foreach (var label in labels[member])
                sums[label] += weight;
        }
        return Array.ConvertAll(sums, sum => sum > 0 && sum < all ? (float)((all - sum) / sum) : 1);
    }
}
