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

    /// <summary>A function that gives the tokens of the row's current values, one column's after the other's.</summary>
    public Func<int[]> CreateReader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
    {
        if (columns.Count == 1)
            return CreateReader(row, columns[0]);
        Func<int[]>[] readers = [.. columns.Select(column => CreateReader(row, column))];
        return () => Join(Array.ConvertAll(readers, read => read()));
    }

    /// <summary>
    /// Several sequences as one, with <see cref="TextTokenizer.BoundaryToken"/> between each two: no text has that token, whatever the kind, and a language model knows
    /// it as the end of one text and the start of the next.
    /// </summary>
    public static int[] Join(int[][] parts)
    {
        if (parts.Length == 1)
            return parts[0];
        var joined = new int[parts.Sum(part => part.Length) + parts.Length - 1];
        var next = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined, next);
            // Of the one behind the last part there is none.
            next += part.Length + 1;
        }
        return joined;
    }

    /// <summary>A function that gives the UTF-16 units of the row's current texts; 0 where the columns hold none.</summary>
    public Func<int> CreateCharacterCounter(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
    {
        Func<int>[] counters = [.. columns.Select(column => CreateCharacterCounter(row, column))];
        return () => counters.Sum(count => count());
    }

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
