namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A trained model and what it made of the test sentences, ours or PyTorch's.</summary>
/// <param name="Perplexities">On the validation pairs, after each epoch.</param>
/// <param name="Greedy">Taking the most probable word each time.</param>
/// <param name="Beam">By a beam search without a length norm.</param>
internal sealed record TranslationRun(IReadOnlyList<double> Perplexities, TranslatedTest Greedy, TranslatedTest Beam);
