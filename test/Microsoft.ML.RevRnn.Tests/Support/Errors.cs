namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Looks into exceptions.</summary>
internal static class Errors
{
    /// <summary>The exception that the action throws; the test fails if it throws none.</summary>
    public static Exception Of(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            return failure;
        }
        throw new AssertFailedException("No exception was thrown.");
    }

    /// <summary>
    /// The first exception of a type in a chain of causes: what a component throws while a model is loaded comes wrapped by ML.NET.
    /// </summary>
    public static TException? Cause<TException>(Exception? failure)
        where TException : Exception
    {
        while (failure != null && failure is not TException)
            failure = failure.InnerException;
        return (TException?)failure;
    }

    /// <summary>The failure is a format error, and was brought about by a check or by the content's end: not by what an unchecked value led to.</summary>
    public static void CheckDamage(Exception failure, string what)
    {
        Assert.IsNotNull(Cause<FormatException>(failure), $"{what}: {failure}");
        Assert.IsTrue(failure.GetBaseException() is FormatException or EndOfStreamException, $"{what}: {failure}");
    }
}
