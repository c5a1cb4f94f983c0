namespace Microsoft.ML.RevRnn.Text;

/// <summary>The order in which pairs are merged: the most frequent first, of equally frequent ones the smallest pair of token numbers.</summary>
internal readonly record struct PairPriority(long Frequency, TokenPair Pair) : IComparable<PairPriority>
{
    public int CompareTo(PairPriority other) => Frequency != other.Frequency ? other.Frequency.CompareTo(Frequency) : Pair.CompareTo(other.Pair);
}
