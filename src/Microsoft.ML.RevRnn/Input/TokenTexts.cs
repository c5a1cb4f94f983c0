namespace Microsoft.ML.RevRnn.Input;

/// <summary>The texts of tokens, to be shown one by one.</summary>
internal static class TokenTexts
{
    /// <summary>Those of a tokenizer as they are written one after the other, with the spaces between words; of a token that has none alone, its name.</summary>
    public static string[] Of(TextTokenizer tokenizer, ReadOnlySpan<int> tokens)
    {
        var assembler = tokenizer.CreateAssembler();
        var texts = new string[tokens.Length];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = assembler.Append(tokens[i]) is { Length: > 0 } text ? text : tokenizer.Token(tokens[i]);
        return texts;
    }
}
