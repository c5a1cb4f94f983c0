using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Text, cut into tokens by a tokenizer. A text without tokens, an empty one for example, is a sequence without tokens.</summary>
internal sealed class TextTokenization(TextTokenizer tokenizer) : Tokenization
{
    public const byte KindTag = 0;

    public override int VocabularySize => tokenizer.Size;

    public override string ExpectedType => "text";

    public override TextTokenizer Tokenizer => tokenizer;

    protected override byte Tag => KindTag;

    public override bool Accepts(DataViewType type) => type is TextDataViewType;

    public override Func<int[]> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return tokenizer.Encode(text.Span);
        };
    }

    public override Func<int> CreateCharacterCounter(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return text.Length;
        };
    }

    public static TextTokenization LoadContent(BinaryReader reader) => new(TextTokenizer.Load(reader));

    /// <summary>Writes the tokenizer.</summary>
    protected override void SaveContent(BinaryWriter writer) => tokenizer.Save(writer);
}
