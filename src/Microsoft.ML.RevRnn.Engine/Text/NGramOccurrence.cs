namespace Microsoft.ML.RevRnn.Text;

/// <summary>An n-gram at a place of a text.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Value">What it counts there.</param>
/// <param name="FirstWord">The first word that it is of.</param>
/// <param name="WordCount">How many words it is of.</param>
internal readonly record struct NGramOccurrence(uint Hash, float Value, int FirstWord, int WordCount);
