using Microsoft.ML.RevRnn;

namespace Autocomplete;

/// <summary>What a network has come to.</summary>
/// <param name="Contestant">The network.</param>
/// <param name="Model">It, trained.</param>
/// <param name="Parameters">Its learned values.</param>
/// <param name="CrossEntropy">Mean of -ln p of the word, over the test data's characters of known words.</param>
/// <param name="ByLetters">Accuracy by letters of the word that have been read, over the same.</param>
/// <param name="Seconds">What training took.</param>
internal sealed record Result(Contestant Contestant, SequenceTagger Model, long Parameters, double CrossEntropy, IReadOnlyList<LetterAccuracy> ByLetters, double Seconds)
{
    /// <summary>The part of the characters at which the word was one of so many most probable ones.</summary>
    public double Top(int count) => ByLetters.Sum(figure => figure.Count * figure.TopAccuracy[count - 1]) / ByLetters.Sum(figure => figure.Count);
}
