namespace Microsoft.ML.RevRnn;

/// <summary>How well a classifier does on the rows of one class.</summary>
/// <param name="Name">What the class stands for.</param>
/// <param name="Precision">Part of the rows predicted to be of the class that are; 0 where none was predicted to be.</param>
/// <param name="Recall">Part of the rows of the class that were predicted to be; 0 where there are none.</param>
/// <param name="F1">The harmonic mean of both; 0 where both are.</param>
/// <param name="Support">Rows of the class.</param>
public sealed record ClassMetrics(string Name, double Precision, double Recall, double F1, long Support);
