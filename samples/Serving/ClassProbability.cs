namespace Serving;

/// <summary>A class and its probability.</summary>
/// <param name="Label">The class.</param>
/// <param name="Probability">Its probability.</param>
internal sealed record ClassProbability(string Label, float Probability);
