namespace Microsoft.ML.RevRnn;

/// <summary>What a classifier's score of one class or label is made of, before softmax or sigmoid.</summary>
/// <param name="Outcome">The class or label, from 0.</param>
/// <param name="NetworkScore">What the network adds to the score, with its share; that of numbers that go with the text is in it.</param>
/// <param name="NGramScore">What n-grams add, with their share; 0 where none are read. It is not told by token.</param>
/// <param name="Contributions">[T]: of each token what <see cref="ConnectivityOptions.Measure"/> tells of the network's part.</param>
public sealed record ClassExplanation(int Outcome, float NetworkScore, float NGramScore, IReadOnlyList<float> Contributions)
{
    /// <summary>The score: of a label its log odds, of a class what softmax is of.</summary>
    public float Score => NetworkScore + NGramScore;
}
