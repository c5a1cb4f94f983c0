namespace Microsoft.ML.RevRnn;

/// <summary>What one score hangs on.</summary>
/// <param name="Output">The score.</param>
/// <param name="Values">
/// What <see cref="ConnectivityOptions.Measure"/> tells of each token that the output has read, from the text's first. Those behind it have no part in the output, and the
/// gradient by them is exactly 0: they have no values here. Of a tagger that reads in both directions all tokens have.
/// </param>
/// <param name="Start">The same of the boundary that a language model reads before a text; 0 of a tagger, which reads none.</param>
public sealed record ConnectivityRow(ConnectivityOutput Output, IReadOnlyList<float> Values, float Start)
{
    /// <summary>The value of any token of the text: 0 of one that the output has not read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The token's position is negative.</exception>
    public float this[int token]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(token);
            return token < Values.Count ? Values[token] : 0;
        }
    }
}
