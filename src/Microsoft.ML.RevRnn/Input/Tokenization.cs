using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>How a value of the input column becomes a sequence of token numbers. Immutable and safe for use from many threads.</summary>
internal abstract class Tokenization
{
    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>What the input column must be, for error messages.</summary>
    public abstract string ExpectedType { get; }

    /// <summary>What turns text into tokens and back; null where the column holds no text.</summary>
    public virtual TextTokenizer? Tokenizer => null;

    /// <summary>Says which of the kinds below this is, in a saved model.</summary>
    protected abstract byte Tag { get; }

    /// <summary>Whether a column of this type can be read.</summary>
    public abstract bool Accepts(DataViewType type);

    /// <summary>A function that gives the tokens of the row's current value.</summary>
    public abstract Func<int[]> CreateReader(DataViewRow row, DataViewSchema.Column column);

    /// <summary>A function that gives the UTF-16 units of the row's current text; 0 where the column holds no text.</summary>
    public virtual Func<int> CreateCharacterCounter(DataViewRow row, DataViewSchema.Column column) => () => 0;

    /// <summary>Writes a byte for the kind, then the kind's own content.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Tag);
        SaveContent(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static Tokenization Load(BinaryReader reader)
    {
        var tag = reader.ReadByte();
        return tag switch
        {
            TextTokenization.KindTag => TextTokenization.LoadContent(reader),
            KeyTokenization.KindTag => KeyTokenization.LoadContent(reader),
            _ => throw new FormatException($"The model's input is of the unknown kind {tag}."),
        };
    }

    /// <summary>Checks that a network of a saved model was made for these tokens.</summary>
    /// <exception cref="FormatException">It was not.</exception>
    public void RequireVocabulary(int networkVocabularySize)
    {
        if (networkVocabularySize != VocabularySize)
            throw new FormatException($"The network is made for {networkVocabularySize} tokens, and the input has {VocabularySize}.");
    }

    protected abstract void SaveContent(BinaryWriter writer);
}
