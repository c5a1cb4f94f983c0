namespace Microsoft.ML.RevRnn;

/// <summary>What a classifier's score of one class or label is made of, before softmax or sigmoid.</summary>
/// <param name="Outcome">The class or label, from 0.</param>
/// <param name="NetworkScore">What the network adds to the score, with its share; that of numbers that go with the text is in it.</param>
/// <param name="NGramScore">What n-grams add, with their share; 0 where none are read.</param>
/// <param name="Contributions">[T]: of each token what <see cref="ConnectivityOptions.Measure"/> tells of the network's part.</param>
public sealed record ClassExplanation(int Outcome, float NetworkScore, float NGramScore, IReadOnlyList<float> Contributions)
{
    /// <summary>The score: of a label its log odds, of a class what softmax is of.</summary>
    public float Score => NetworkScore + NGramScore;

    /// <summary>
    /// [T]: what the n-grams add that are of the token's word: a run of several words in equal parts to each, and what a word has in equal parts to its tokens. Null where no places were given
    /// with them, and where none are read.
    /// </summary>
    public IReadOnlyList<float>? NGramContributions { get; init; }

    /// <summary>
    /// What is left of <see cref="NGramScore"/> when those are taken away: the bias of the n-grams' map, which every text has, and n-grams of words that have no token. All of it where there are
    /// none by token.
    /// </summary>
    public float NGramRest { get; init; }
}
