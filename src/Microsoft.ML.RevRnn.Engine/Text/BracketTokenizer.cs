namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Texts that have their parse in them, in round brackets: the tokens of another tokenizer in postfix order, with <see cref="TextTokenizer.BoundaryToken"/> for each join of
/// two, as <see cref="NetworkStructure.GivenTree"/> reads them. What more than two stand in a bracket is joined from the right, (a b c) as (a (b c)); so are tokens that have no bracket of their
/// own. A bracket around a single one or nothing is none; neither is one that is opened and never closed, or the other way round.
/// </summary>
internal sealed class BracketTokenizer(TextTokenizer inner) : TextTokenizer(inner.Normalization)
{
    /// <summary>Says in a saved tokenizer that it reads brackets: this and the kind.</summary>
    public const byte Flag = 0x80;

    private const char Open = '(', Close = ')';

    public override TokenKind Kind => inner.Kind;

    public override bool ReadsBrackets => true;

    public override int Size => inner.Size;

    internal override byte Tag => (byte)((byte)Kind | Flag);

    /// <summary>A text without its brackets.</summary>
    public static ReadOnlyMemory<char> Plain(ReadOnlyMemory<char> text)
    {
        if (!text.Span.ContainsAny(Open, Close))
            return text;
        var plain = text.ToArray();
        foreach (ref var character in plain.AsSpan())
            character = character is Open or Close ? ' ' : character;
        return plain;
    }

    public override int[] Encode(ReadOnlySpan<char> text)
    {
        var tokens = new List<int>(text.Length / 4);
        // How many stand in each bracket that is open, of the text as a whole first.
        var counts = new Stack<int>([0]);
        for (var begin = 0; begin < text.Length;)
        {
            var length = text[begin..].IndexOfAny(Open, Close);
            var piece = length < 0 ? text[begin..] : text.Slice(begin, length);
            var own = inner.Encode(piece);
            tokens.AddRange(own);
            counts.Push(counts.Pop() + own.Length);
            begin += piece.Length + 1;
            if (length < 0)
                break;
            if (text[begin - 1] == Open)
                counts.Push(0);
            else if (counts.Count > 1)
                Join(tokens, counts);
        }
        while (counts.Count > 1)
            Join(tokens, counts);
        // The text as a whole is a phrase too.
        AddJoins(tokens, counts.Pop());
        return [.. tokens];
    }

    public override string[] Pieces(ReadOnlySpan<char> text) => Array.ConvertAll(Encode(text), token => token == BoundaryToken ? $"{Close}" : Token(token));

    public override TextAssembler CreateAssembler() => inner.CreateAssembler();

    internal override WordMatcher? CreateWordMatcher() => inner.CreateWordMatcher();

    private protected override string KnownToken(int token) => inner.Token(token);

    /// <summary>Writes the other one.</summary>
    private protected override void SaveContent(BinaryWriter writer) => inner.Save(writer);

    /// <summary>At the end of a bracket, which then counts as one in that around it.</summary>
    private static void Join(List<int> tokens, Stack<int> counts)
    {
        var count = counts.Pop();
        AddJoins(tokens, count);
        counts.Push(counts.Pop() + Math.Min(count, 1));
    }

    private static void AddJoins(List<int> tokens, int count)
    {
        for (var join = 1; join < count; join++)
            tokens.Add(BoundaryToken);
    }
}
