namespace Microsoft.ML.RevRnn.Reservoirs;

/// <summary>A token by its characters: FNV-1a (Fowler, Noll and Vo), 64 bits.</summary>
internal static class TokenHash
{
    public static ulong Of(ReadOnlySpan<char> token)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in token)
            hash = (hash ^ character) * 1099511628211;
        return hash;
    }
}
