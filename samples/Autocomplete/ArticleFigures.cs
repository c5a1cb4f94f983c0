namespace Autocomplete;

/// <summary>
/// What the article has of a network (Madsen 2019, Visualizing memorization in RNNs): of text8, 457,000 observations, 16,384 words, 600 units; positions of unknown words and of padding are in its
/// accuracies.
/// </summary>
/// <param name="CrossEntropy">On its test data.</param>
/// <param name="Accuracy">On its test data.</param>
/// <param name="ByLetters">Accuracy by letters of the word that have been read, from 0.</param>
internal sealed record ArticleFigures(double CrossEntropy, double Accuracy, double[] ByLetters);
