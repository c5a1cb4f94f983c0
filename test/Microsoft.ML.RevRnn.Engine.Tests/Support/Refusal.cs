namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a check of options says.</summary>
internal static class Refusal
{
    /// <summary>The option that it names, with what it says; null if it allows all.</summary>
    public static string? Of(Action validate)
    {
        try
        {
            validate();
            return null;
        }
        catch (ArgumentException failure)
        {
            return failure.Message;
        }
    }
}
