namespace Microsoft.ML.Offline.Tests.Support;

/// <summary>Checks what an error says.</summary>
internal static class Errors
{
    /// <summary>Asserts that an exception of exactly this type is thrown, and that its message has the texts in it.</summary>
    public static void AssertThrown<TException>(Action action, params string[] texts)
        where TException : Exception
    {
        var failure = Assert.ThrowsExactly<TException>(action);
        foreach (var text in texts)
            StringAssert.Contains(failure.Message, text);
    }
}
