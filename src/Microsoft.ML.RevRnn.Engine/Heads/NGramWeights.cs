using System.Buffers;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// A linear map from a text's n-grams to outcomes: b + W x, with x of length 1, see <see cref="NGramOptions"/>. Only places of the hash that were met have weights. They are
/// kept to the precision of a file's, 11 bits.
/// </summary>
/// <param name="bits">Bits of the hash.</param>
/// <param name="outcomes">C.</param>
internal sealed partial class NGramWeights(int bits, int outcomes)
{
    /// <summary>The sign of an n-gram: a bit that no place takes.</summary>
    private const uint Sign = 1u << 31;

    /// <summary>Of each place of the hash its row of weights; -1 for none.</summary>
    private readonly int[] _rows = CreateRows(bits);

    /// <summary>Of each place of the hash its row of weights; -1 for none.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>Bits of the hash.</summary>
    public int Bits => bits;

    /// <summary>C.</summary>
    public int Outcomes => outcomes;

    /// <summary>Places that have weights.</summary>
    public int Count => Idf.Length;

    /// <summary>[rows]: idf of each place's n-grams.</summary>
    public float[] Idf { get; private set; } = [];

    /// <summary>[rows, C].</summary>
    public float[] Values { get; private set; } = [];

    /// <summary>[C].</summary>
    public float[] Bias { get; } = new float[outcomes];

    /// <summary>
    /// Takes on the rows of another map, whose weights go on to count what they did, and gives each further place that texts have a row of zero weights and takes how many have it.
    /// </summary>
    /// <param name="start">The other map; null for none.</param>
    /// <param name="texts">All texts.</param>
    /// <param name="members">Those that are learned from.</param>
    public void Learn(NGramWeights? start, IReadOnlyList<NGramVector> texts, int[] members)
    {
        var known = start?.Count ?? 0;
        if (start != null)
        {
            start._rows.CopyTo(_rows, 0);
            start.Bias.CopyTo(Bias, 0);
        }
        var counts = new List<int>();
        var last = new List<int>();
        foreach (var member in members)
        {
            foreach (var hash in texts[member].Hashes)
            {
                ref var row = ref _rows[Place(hash)];
                if (row < 0)
                {
                    row = known + counts.Count;
                    counts.Add(0);
                    last.Add(-1);
                }
                // Two n-grams of one text in one place are one text.
                if (row < known || last[row - known] == member)
                    continue;
                last[row - known] = member;
                counts[row - known]++;
            }
        }
        Idf = [.. start?.Idf ?? [], .. counts.Select(count => (float)HostMath.Log(1 + (double)members.Length / count))];
        Values = new float[checked(Idf.Length * outcomes)];
        start?.Values.CopyTo(Values, 0);
    }

    /// <summary>A text's rows and x; n-grams that were not met are left out.</summary>
    public (int[] Rows, float[] Values) Project(NGramVector text)
    {
        var (rows, values) = (new int[text.Count], new float[text.Count]);
        var count = Project(text, rows, values);
        return (rows[..count], values[..count]);
    }

    /// <summary>Adds up what the n-grams of a text add to an outcome's score by the words that they are of, in equal parts to those of one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="outcome">The class or label.</param>
    /// <param name="words">Receives the sum of each word.</param>
    public void AddByWord(PlacedNGrams text, int outcome, Span<double> words)
    {
        var (_, scale) = Weigh(text.Vector, new int[text.Vector.Count], new float[text.Vector.Count]);
        foreach (var occurrence in text.Occurrences)
        {
            var row = _rows[Place(occurrence.Hash)];
            if (row < 0)
                continue;
            var value = (double)occurrence.Value * Idf[row] * scale * Values[row * outcomes + outcome];
            foreach (ref var word in words.Slice(occurrence.FirstWord, occurrence.WordCount))
                word += ((occurrence.Hash & Sign) == 0 ? value : -value) / occurrence.WordCount;
        }
    }

    /// <summary>Scores of a text: [C].</summary>
    public void Score(NGramVector text, Span<float> scores)
    {
        var (rows, values) = (ArrayPool<int>.Shared.Rent(text.Count), ArrayPool<float>.Shared.Rent(text.Count));
        var count = Project(text, rows, values);
        Score(rows.AsSpan(0, count), values.AsSpan(0, count), scores);
        ArrayPool<int>.Shared.Return(rows);
        ArrayPool<float>.Shared.Return(values);
    }

    public void Score(ReadOnlySpan<int> rows, ReadOnlySpan<float> values, Span<float> scores)
    {
        Bias.CopyTo(scores);
        for (var i = 0; i < rows.Length; i++)
            Add(Values.AsSpan(rows[i] * outcomes, outcomes), values[i], scores);
    }

    /// <summary>Rounds the weights to those that a file has.</summary>
    public void Round()
    {
        foreach (var values in (ReadOnlySpan<float[]>)[Values, Bias])
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(Half)values[i];
        }
    }

    /// <summary>Writes: byte bits; int32 rows; of each, by place ascending: int32 place, float32 idf, float16 [C] weights; float16 [C] bias.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write((byte)bits);
        writer.Write(Count);
        for (var place = 0; place < _rows.Length; place++)
        {
            var row = _rows[place];
            if (row < 0)
                continue;
            writer.Write(place);
            writer.Write(Idf[row]);
            foreach (var value in Values.AsSpan(row * outcomes, outcomes))
                writer.Write((Half)value);
        }
        foreach (var value in Bias)
            writer.Write((Half)value);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static NGramWeights Load(BinaryReader reader, int outcomes)
    {
        var (bits, count) = (ReadBits(reader), reader.ReadInt32());
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        RequireContent(bits, count, outcomes, count * (8 + 2L * outcomes), left);
        var weights = new NGramWeights(bits, outcomes) { Idf = new float[count], Values = new float[count * outcomes] };
        for (var row = 0; row < count; row++)
        {
            var place = reader.ReadInt32();
            if ((uint)place >= weights._rows.Length || weights._rows[place] >= 0)
                throw new FormatException($"The n-grams are damaged: place {place} is out of range, or twice there.");
            weights._rows[place] = row;
            weights.Idf[row] = ReadFinite(reader.ReadSingle());
            foreach (ref var value in weights.Values.AsSpan(row * outcomes, outcomes))
                value = ReadFinite((float)reader.ReadHalf());
        }
        weights.ReadBias(reader);
        return weights;
    }

    private static byte ReadBits(BinaryReader reader)
    {
        var bits = reader.ReadByte();
        return bits is >= 8 and <= 24 ? bits : throw new FormatException($"The n-grams are damaged: their hash has {bits} bits.");
    }

    /// <summary>Checks what is announced before memory is taken for it.</summary>
    private static void RequireContent(int bits, int count, int outcomes, long bytes, long left)
    {
        if (count < 0 || count > 1 << bits || bytes + 2L * outcomes > left || (long)count * outcomes > Array.MaxLength)
            throw new FormatException($"The n-grams are damaged: weights of {count} are announced, and {left} bytes follow.");
    }

    private void ReadBias(BinaryReader reader)
    {
        foreach (ref var value in Bias.AsSpan())
            value = ReadFinite((float)reader.ReadHalf());
    }

    private static float ReadFinite(float value) => float.IsFinite(value) ? value : throw new FormatException("The n-grams are damaged: a value is not finite.");

    private static int[] CreateRows(int bits)
    {
        var rows = new int[1 << bits];
        Array.Fill(rows, -1);
        return rows;
    }

    /// <summary>Adds a multiple of weights, rounded twice in each element, at any width of registers.</summary>
    private static void Add(ReadOnlySpan<float> weights, float value, Span<float> scores)
    {
        var c = 0;
        for (; c <= scores.Length - Vector128<float>.Count; c += Vector128<float>.Count)
            (Vector128.Create(scores[c..]) + Vector128.Create(weights[c..]) * value).CopyTo(scores[c..]);
        for (; c < scores.Length; c++)
            scores[c] += weights[c] * value;
    }

    private int Project(NGramVector text, Span<int> rows, Span<float> values)
    {
        var (count, scale) = Weigh(text, rows, values);
        foreach (ref var value in values[..count])
            value *= scale;
        return count;
    }

    /// <summary>A text's rows, values before they are scaled, how many there are, and the factor that makes x of them.</summary>
    private unsafe (int Count, float Scale) Weigh(NGramVector text, Span<int> rows, Span<float> values)
    {
        var hashes = text.Hashes;
        var ofText = text.Values;
        var count = 0;
        fixed (float* idf = Idf, weights = Values)
        {
            for (var i = 0; i < hashes.Length; i++)
            {
                // Written before it is known whether it is to stay: which n-grams were met is nothing that the processor could foresee.
                var row = _rows[Place(hashes[i])];
                (rows[count], values[count]) = (row, (hashes[i] & Sign) == 0 ? ofText[i] : -ofText[i]);
                count += ~row >>> 31;
                if (!Sse.IsSupported)
                    continue;
                // Nor is where they lie.
                Sse.Prefetch0(idf + row);
                Sse.Prefetch0(weights + (nint)row * outcomes);
            }
        }
        var squares = 0.0;
        for (var i = 0; i < count; i++)
        {
            values[i] *= Idf[rows[i]];
            squares += (double)values[i] * values[i];
        }
        return (count, squares > 0 ? (float)(1 / Math.Sqrt(squares)) : 0);
    }

    private int Place(uint hash) => (int)(hash & ((1u << bits) - 1));
}
