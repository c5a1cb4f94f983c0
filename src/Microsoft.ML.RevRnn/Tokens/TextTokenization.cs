using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tokens;

/// <summary>Text, cut into words by a vocabulary. A text without words, an empty one too, is a sequence without tokens.</summary>
internal sealed class TextTokenization(Vocabulary vocabulary) : Tokenization
{
    public const byte KindTag = 0;

    public override int VocabularySize => vocabulary.Size;

    public override string ExpectedType => "text";

    protected override byte Tag => KindTag;

    public override bool Accepts(DataViewType type) => type is TextDataViewType;

    public override Func<int[]> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return vocabulary.Encode(text.Span);
        };
    }

    public static TextTokenization LoadContent(BinaryReader reader) => new(Vocabulary.Load(reader));

    /// <summary>Writes the vocabulary.</summary>
    protected override void SaveContent(BinaryWriter writer) => vocabulary.Save(writer);
}
