namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What a listener threw: it ends the experiment, and is no failure of the setting under way.</summary>
/// <param name="failure">The exception.</param>
internal sealed class ProgressFailure(Exception failure) : Exception(failure.Message, failure)
{
    /// <summary>Tells a listener something.</summary>
    /// <exception cref="ProgressFailure">It threw an exception.</exception>
    public static void Tell<T>(IProgress<T>? listener, T value)
    {
        try
        {
            listener?.Report(value);
        }
        catch (Exception failure)
        {
            throw new ProgressFailure(failure);
        }
    }
}
