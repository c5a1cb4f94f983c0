namespace Serving;

/// <summary>The answer.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Classes">The classes that are most probable, in descending order.</param>
internal sealed record ClassifyAnswer(string Label, float Probability, IReadOnlyList<ClassProbability> Classes);
