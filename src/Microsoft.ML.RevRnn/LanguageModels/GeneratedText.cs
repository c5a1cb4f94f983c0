namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>Texts that are written when somebody reads them.</summary>
internal static class GeneratedText
{
    /// <summary>The pieces of a text; each enumeration begins anew.</summary>
    /// <param name="start">Begins it.</param>
    /// <param name="options">How to go on with it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static IEnumerable<string> Pieces(Func<TextSession> start, GenerationOptions options, CancellationToken cancellationToken)
    {
        foreach (var piece in start().Generate(options, cancellationToken))
            yield return piece;
    }
}
