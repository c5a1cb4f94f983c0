namespace Microsoft.ML.RevRnn.Text;

/// <summary>Two tokens that stand side by side.</summary>
internal readonly record struct TokenPair(int Left, int Right) : IComparable<TokenPair>
{
    public int CompareTo(TokenPair other) => Left != other.Left ? Left.CompareTo(other.Left) : Right.CompareTo(other.Right);

    /// <summary>Mixes by multiplication alone: encoding spends most of its time looking pairs up.</summary>
    public override int GetHashCode() => unchecked((Left * (int)0x9E3779B1) + (Right * (int)0x85EBCA6B));
}
