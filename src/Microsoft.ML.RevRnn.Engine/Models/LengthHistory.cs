namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// Tells when buffers that grow with the texts are to be given back: after a text much longer than usual, or when none so long has come for some time. What is usual
/// is the longest, less an eighth for each text since. So texts of about equal length, or long and short ones in turn, keep their buffers.
/// </summary>
internal struct LengthHistory
{
    /// <summary>Buffers of so many tokens are always kept.</summary>
    private const int Little = 4_096;

    private const int Much = 4;

    private int _usual;
    private int _kept;

    /// <summary>Takes note of a text.</summary>
    /// <returns>Whether its buffers, and those of the texts before it, are to be given back.</returns>
    public bool Note(int length)
    {
        var isUnusual = length / Much > _usual;
        _kept = Math.Max(_kept, length);
        _usual = Math.Max(length, _usual - _usual / 8);
        if (_kept <= Little || !(isUnusual || _kept / Much > _usual))
            return false;
        _kept = 0;
        return true;
    }
}
