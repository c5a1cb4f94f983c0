namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>A model that decides on one outcome for a text, as those see it who test it.</summary>
/// <param name="CreateTracer">Makes what runs it and notes its states.</param>
/// <param name="Decide">What it decides for, of its scores: the class's name or, of several labels, the names of those that hold.</param>
/// <param name="CreateNeighbours">Makes what finds the tokens that it takes for alike.</param>
internal sealed record TestedNetwork(
    Func<CoverageOptions, StateTracer> CreateTracer, Func<IReadOnlyList<float>, string> Decide, Func<TokenNeighbours> CreateNeighbours)
{
    public static TestedNetwork Of(SequenceClassifier classifier, Func<IReadOnlyList<float>, string> decide)
        => new(options => new StateTracer(classifier, options), decide, () => new TokenNeighbours(classifier));

    public static TestedNetwork Of(MultiLabelClassifier classifier, Func<IReadOnlyList<float>, string> decide)
        => new(options => new StateTracer(classifier, options), decide, () => new TokenNeighbours(classifier));
}
