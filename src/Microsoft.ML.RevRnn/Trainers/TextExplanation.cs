namespace Microsoft.ML.RevRnn;

/// <summary>What a classifier's score of a text is made of, before softmax or sigmoid.</summary>
/// <param name="Label">What the class or label is called.</param>
/// <param name="Tokens">The texts of the tokens.</param>
/// <param name="Explanation">The score and its parts; the network's contributions are gradient times input, one for each token.</param>
public sealed record TextExplanation(string Label, IReadOnlyList<string> Tokens, ClassExplanation Explanation)
{
    /// <summary>The score: of a label its log odds, of a class what softmax is of.</summary>
    public float Score => Explanation.Score;

    /// <summary>What the network adds to it, numbers that go with the text included.</summary>
    public float NetworkScore => Explanation.NetworkScore;

    /// <summary>What n-grams add to it; 0 where none are read.</summary>
    public float NGramScore => Explanation.NGramScore;

    /// <summary>What each token adds to the score, or takes from it: the sum of the network's part, to first order, and the n-grams'.</summary>
    public IReadOnlyList<float> Contributions => Explanation.NGramContributions is { } nGrams
        ? [.. NetworkContributions.Zip(nGrams, (network, nGram) => network + nGram)]
        : NetworkContributions;

    /// <summary>What each token adds to the network's part, to first order.</summary>
    public IReadOnlyList<float> NetworkContributions => Explanation.Contributions;

    /// <summary>What the n-grams of each token's word add, exactly; null where none are read.</summary>
    public IReadOnlyList<float>? NGramContributions => Explanation.NGramContributions;
}
