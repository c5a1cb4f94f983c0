namespace Microsoft.ML.RevRnn;

/// <summary>
/// Reversal did not arrive at the states the forward pass went through, or a state left the range of its fixed-point format.
/// Training stops rather than going on with a wrong gradient.
/// </summary>
public sealed class ReversalException : InvalidOperationException
{
    /// <summary>Creates the exception with a message that says what was found.</summary>
    public ReversalException(string message)
        : base(message)
    {
    }
}
