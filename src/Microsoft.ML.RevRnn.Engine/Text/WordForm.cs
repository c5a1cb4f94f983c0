namespace Microsoft.ML.RevRnn.Text;

/// <summary>A word as a tokenizer knows it.</summary>
/// <param name="word">The word as it is written.</param>
/// <param name="buffer">Room for the result, <see cref="WordMatcher.LongestWord"/> characters, if it is another than the word.</param>
internal delegate ReadOnlySpan<char> WordForm(ReadOnlySpan<char> word, Span<char> buffer);
