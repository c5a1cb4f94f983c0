using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>
/// A vector of keys, each a token: key k (1 to the key type's count) is token k + 1, and a missing key, 0, is so
/// <see cref="TextTokenizer.UnknownToken"/>.
/// </summary>
internal sealed class KeyTokenization(int keyCount) : Tokenization
{
    public const byte KindTag = 1;

    /// <summary>The largest key type that fits the engine's vocabulary.</summary>
    public const int MaximumKeyCount = 10_000_000;

    private const int ReservedTokens = 2;

    public override int VocabularySize => keyCount + ReservedTokens;

    public override string ExpectedType => $"a vector of Key<UInt32> with {keyCount} values";

    protected override byte Tag => KindTag;

    /// <summary>Another count would mean another key mapping than the one that was trained with.</summary>
    public override bool Accepts(DataViewType type) =>
        type is VectorDataViewType { ItemType: KeyDataViewType key } && key.RawType == typeof(uint) && key.Count == (ulong)keyCount;

    public override Func<int[]> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<uint>>(column);
        var keys = default(VBuffer<uint>);
        return () =>
        {
            getter(ref keys);
            return Encode(in keys);
        };
    }

    public static KeyTokenization LoadContent(BinaryReader reader)
    {
        var keyCount = reader.ReadInt32();
        if (keyCount is < 1 or > MaximumKeyCount)
            throw new FormatException($"The model's input has {keyCount} keys; there must be from 1 to {MaximumKeyCount}.");
        return new KeyTokenization(keyCount);
    }

    /// <summary>Writes: int32 key count.</summary>
    protected override void SaveContent(BinaryWriter writer) => writer.Write(keyCount);

    private int[] Encode(in VBuffer<uint> keys)
    {
        var tokens = new int[keys.Length];
        Array.Fill(tokens, Vocabulary.UnknownToken);
        var values = keys.GetValues();
        var indices = keys.GetIndices();
        for (var i = 0; i < values.Length; i++)
        {
            // A key out of its type's range is what ML.NET calls missing.
            if (values[i] <= (uint)keyCount)
                tokens[keys.IsDense ? i : indices[i]] = (int)values[i] + 1;
        }
        return tokens;
    }
}
