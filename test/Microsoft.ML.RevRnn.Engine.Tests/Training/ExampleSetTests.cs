using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What examples weigh, and which are held back.</summary>
[TestClass]
internal sealed class ExampleSetTests
{
    private static readonly TrainingOptions _none = new() { ValidationFraction = 0, Seed = 1 };
    private static readonly TrainingOptions _fifth = new() { ValidationFraction = 0.2f, Seed = 1 };

    [TestMethod]
    public void WithoutOptionsNothingWeighs()
    {
        var set = ExampleSet.OfClasses(new(), [0, 1, 0, 1, 0, 1, 1, 1, 1, 1], 2, _fifth);

        Assert.IsNull(set.Weights);
        Assert.IsNull(set.ClassWeights);
        var random = HeldBack.Random(10, _fifth);
        CollectionAssert.AreEqual(random.Validation, set.Parts.Validation);
        CollectionAssert.AreEqual(random.Training, set.Parts.Training);
    }

    [TestMethod]
    public void AClassesWeightIsAFactorOfItsSequences()
        => CollectionAssert.AreEqual(
            new float[] { 2, 1.5f, 0.5f },
            ExampleSet.OfClasses(new() { Weights = [2, 0.5f, 0.5f], ClassWeights = [1, 3] }, [0, 1, 0], 2, _none).Weights);

    /// <summary>Of each class the weights add up to the same, and all to what they were; a class that does not occur does not matter.</summary>
    [TestMethod]
    public void BalancedClassesCountTheSame()
    {
        CollectionAssert.AreEqual(new float[] { 2, 2 / 3f, 2 / 3f, 2 / 3f }, ExampleSet.OfClasses(new() { BalancesClasses = true }, [0, 2, 2, 2], 3, _none).Weights);
        CollectionAssert.AreEqual(
            new float[] { 4, 2, 2 }, ExampleSet.OfClasses(new() { BalancesClasses = true, Weights = [6, 1, 1] }, [0, 1, 1], 2, _none).Weights);
        CollectionAssert.AreEqual(new float[] { 1.25f, 5 / 6f, 1 }, ExampleSet.OfTokens(new() { BalancesClasses = true }, [[0, 1], [1, 0, 1]], 3, _none).ClassWeights);
        // One label: false and true.
        CollectionAssert.AreEqual(new float[] { 2, 2 / 3f, 2 / 3f, 2 / 3f }, ExampleSet.OfLabels(new() { BalancesClasses = true }, [[0], [], [], []], 1, _none).Weights);
        // Several: those without it by those with it; 1 for one that always or never holds.
        var several = ExampleSet.OfLabels(new() { BalancesClasses = true }, [[0, 1], [1], [1], [1]], 3, _none);
        CollectionAssert.AreEqual(new float[] { 3, 1, 1 }, several.ClassWeights);
        Assert.IsNull(several.Weights);
    }

    [TestMethod]
    public void OnlyWhatIsTrainedOnIsBalanced()
        => CollectionAssert.AreEqual(
            new float[] { 1.5f, 0.75f, 0.75f, 0.75f, 0.75f },
            ExampleSet.OfClasses(new() { BalancesClasses = true, ValidationCount = 2 }, [0, 1, 1, 1, 1], 2, _none).Weights);

    [TestMethod]
    public void WhatWeighsNothingIsLeftOut()
    {
        float[] weights = [1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1];
        var parts = ExampleSet.OfClasses(new() { Weights = weights }, new int[12], 2, _fifth).Parts;

        Assert.HasCount(2, parts.Validation);
        CollectionAssert.AreEqual(new[] { 0, 2, 3, 5, 6, 7, 8, 9, 10, 11 }, parts.Training.Concat(parts.Validation).Order().ToArray());
        CollectionAssert.AreEqual(new[] { 1 }, ExampleSet.OfTokens(new() { ClassWeights = [0, 1] }, [[0, 0], [0, 1]], 2, _none).Parts.Training);
        Assert.ThrowsExactly<ArgumentException>(() => ExampleSet.OfClasses(new() { Weights = [0, 0] }, [0, 1], 2, _none));
        Assert.ThrowsExactly<ArgumentException>(() => ExampleSet.OfClasses(new() { Weights = [0, 0, 1], ValidationCount = 1 }, [0, 1, 1], 2, _none));
    }

    [TestMethod]
    public void TheLastOnesAreAValidationSet()
    {
        var parts = ExampleSet.OfClasses(new() { ValidationCount = 2, Groups = [1, 1, 1, 1, 1] }, [0, 1, 0, 1, 0], 2, _fifth).Parts;

        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, parts.Training);
        CollectionAssert.AreEqual(new[] { 3, 4 }, parts.Validation);
        Assert.IsEmpty(ExampleSet.OfClasses(new() { ValidationCount = 0 }, [0, 1, 0, 1, 0], 2, _fifth).Parts.Validation);
    }

    [TestMethod]
    public void GroupsAreHeldBackAsAWhole()
    {
        var groups = Enumerable.Range(0, 100).Select(i => i * 7 % 20).ToArray();
        foreach (var seed in (int[])[1, 2, 3])
        {
            var parts = ExampleSet.OfClasses(new() { Groups = groups }, new int[100], 2, _fifth with { Seed = seed }).Parts;

            Assert.AreEqual(4, parts.Validation.Select(i => groups[i]).Distinct().Count());
            Assert.HasCount(20, parts.Validation);
            Assert.IsEmpty(parts.Validation.Select(i => groups[i]).Intersect(parts.Training.Select(i => groups[i])));
            CollectionAssert.AreEqual(Enumerable.Range(0, 100).ToArray(), parts.Training.Concat(parts.Validation).Order().ToArray());
        }
        var byThemselves = ExampleSet.OfClasses(new() { Groups = Enumerable.Range(5, 100).ToArray() }, new int[100], 2, _fifth).Parts;
        CollectionAssert.AreEqual(HeldBack.Random(100, _fifth).Validation, byThemselves.Validation);
    }

    [TestMethod]
    public void WhatDoesNotFitIsNamed()
    {
        StringAssert.Contains(OutOfRange(new() { Weights = [1, float.NaN] }).Message, "sequence 1 is NaN");
        StringAssert.Contains(OutOfRange(new() { Weights = [-1, 1] }).Message, "sequence 0 is -1");
        StringAssert.Contains(OutOfRange(new() { ClassWeights = [1, float.PositiveInfinity] }).Message, "class 1");
        StringAssert.Contains(OutOfRange(new() { LabelSmoothing = 0.51f }).Message, nameof(ExampleOptions.LabelSmoothing));
        StringAssert.Contains(OutOfRange(new() { ValidationCount = 2 }).Message, nameof(ExampleOptions.ValidationCount));
        StringAssert.Contains(Refused(new() { Weights = [1] }).Message, nameof(ExampleOptions.Weights));
        StringAssert.Contains(Refused(new() { Groups = [1] }).Message, nameof(ExampleOptions.Groups));
        StringAssert.Contains(Refused(new() { ClassWeights = [1, 2], BalancesClasses = true }).Message, nameof(ExampleOptions.BalancesClasses));

        static ArgumentOutOfRangeException OutOfRange(ExampleOptions options)
            => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ExampleSet.OfClasses(options, [0, 1], 2, _none));

        static ArgumentException Refused(ExampleOptions options) => Assert.ThrowsExactly<ArgumentException>(() => ExampleSet.OfClasses(options, [0, 1], 2, _none));
    }
}
