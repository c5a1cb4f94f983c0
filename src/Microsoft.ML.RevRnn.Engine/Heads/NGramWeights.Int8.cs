using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Heads;

/// <content>Weights of 8 bits: q s, with a scale s for each group of places, which are those of one idf. N-grams of equally many texts have weights of about the same size.</content>
internal sealed partial class NGramWeights
{
    /// <summary>A scale of 5 significant bits makes q s one of 11, which float16 has exactly.</summary>
    private const int GroupScaleBits = 5;

    /// <summary>The least scale whose multiples float16 has exactly, and what none of them exceeds.</summary>
    private const float LeastScale = 1f / (1 << 20);
    private const float MostValue = 65504;

    /// <summary>
    /// The largest q: 63 of one or two outcomes, whose weights are the lesser part of a file, else 11. A text has some hundred n-grams, whose errors all but cancel, so that fewer steps are not seen in its
    /// scores, and are in what a zip makes of the file.
    /// </summary>
    private readonly int _most = outcomes <= 2 ? 63 : 11;

    /// <summary>s of each row; null where weights are as they were trained.</summary>
    private float[]? _scales;

    /// <summary>Whether the weights are q s.</summary>
    public bool IsInt8 => _scales != null;

    /// <summary>s of each row; empty where weights are as they were trained.</summary>
    public ReadOnlySpan<float> Scales => _scales;

    /// <summary>The same map with weights of a precision.</summary>
    public NGramWeights With(WeightPrecision precision)
    {
        var copy = new NGramWeights(bits, outcomes) { Idf = Idf, Values = [.. Values] };
        _rows.CopyTo(copy._rows, 0);
        Bias.CopyTo(copy.Bias, 0);
        if (precision == WeightPrecision.Int8)
            copy.RoundToInt8(_scales);
        return copy;
    }

    /// <summary>
    /// Writes: byte bits; int32 rows; bool whether the last outcome's q are given as the sum of all outcomes' (modulo 256), which is about 0 where scores go through softmax; int32 groups; of each,
    /// by idf descending, float32 idf, the upper half of s, int32 rows; of each row, by place ascending within its group, the distance from the place before (the first from -1), 7
    /// bits a byte; of each outcome, of each row, int8 q; float16 [C] bias.
    /// </summary>
    /// <remarks>What is alike stands together, so that a zip's compression finds it.</remarks>
    public void SaveInt8(BinaryWriter writer)
    {
        var groups = Groups();
        int[] order = [.. groups.SelectMany(group => group.Places)];
        var givesSum = outcomes > 1 && Magnitude(order, ofSum: true) < Magnitude(order, ofSum: false);
        writer.Write((byte)bits);
        writer.Write(Count);
        writer.Write(givesSum);
        writer.Write(groups.Count);
        foreach (var (idf, places) in groups)
        {
            writer.Write(idf);
            Int8.WriteScale(writer, _scales![_rows[places[0]]]);
            writer.Write(places.Length);
        }
        foreach (var (_, places) in groups)
        {
            for (var i = 0; i < places.Length; i++)
                writer.Write7BitEncodedInt(places[i] - (i == 0 ? -1 : places[i - 1]));
        }
        for (var outcome = 0; outcome < outcomes; outcome++)
        {
            foreach (var place in order)
                writer.Write(givesSum && outcome == outcomes - 1 ? Sum(_rows[place]) : Multiple(_rows[place], outcome));
        }
        foreach (var value in Bias)
            writer.Write((Half)value);
    }

    /// <summary>Reads what <see cref="SaveInt8"/> wrote.</summary>
    /// <exception cref="FormatException">The content is damaged.</exception>
    public static NGramWeights LoadInt8(BinaryReader reader, int outcomes)
    {
        var (bits, count) = (ReadBits(reader), reader.ReadInt32());
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        // A row takes a byte of its place at the least.
        RequireContent(bits, count, outcomes, count * (1L + outcomes), left);
        var weights = new NGramWeights(bits, outcomes) { Idf = new float[count], Values = new float[count * outcomes], _scales = new float[count] };
        var givesSum = reader.ReadBoolean();
        var sizes = weights.ReadGroups(reader);
        weights.ReadPlaces(reader, sizes);
        for (var outcome = 0; outcome < outcomes; outcome++)
            weights.ReadMultiples(reader, outcome, givesSum && outcome == outcomes - 1);
        weights.ReadBias(reader);
        return weights;
    }

    /// <summary>Rounds the weights of each group to the nearest q s.</summary>
    /// <param name="known">The scales of weights that are such already; null for none.</param>
    private void RoundToInt8(float[]? known)
    {
        if (known != null)
        {
            _scales = known;
            return;
        }
        _scales = new float[Count];
        foreach (var (_, places) in Groups())
        {
            var largest = 0f;
            foreach (var place in places)
            {
                foreach (var value in Values.AsSpan(_rows[place] * outcomes, outcomes))
                    largest = MathF.Max(largest, MathF.Abs(value));
            }
            var scale = Int8.Scale(largest, GroupScaleBits, _most, MostValue);
            scale = scale == 0 ? 0 : Math.Max(scale, LeastScale);
            foreach (var place in places)
            {
                _scales[_rows[place]] = scale;
                foreach (ref var value in Values.AsSpan(_rows[place] * outcomes, outcomes))
                    value = Int8.Round(value, scale, _most) * scale;
            }
        }
    }

    /// <summary>The places of each idf, ascending, by idf descending: the rarest n-grams, which are the most, are first.</summary>
    private List<(float Idf, int[] Places)> Groups()
        => [.. Enumerable.Range(0, _rows.Length).Where(place => _rows[place] >= 0).GroupBy(place => Idf[_rows[place]]).OrderByDescending(group => group.Key)
            .Select(group => (group.Key, group.ToArray()))];

    private sbyte Multiple(int row, int outcome) => Int8.Round(Values[row * outcomes + outcome], _scales![row], _most);

    private sbyte Sum(int row)
    {
        var sum = 0;
        for (var outcome = 0; outcome < outcomes; outcome++)
            sum += Multiple(row, outcome);
        return unchecked((sbyte)sum);
    }

    private long Magnitude(int[] order, bool ofSum) => order.Sum(place => Math.Abs((long)(ofSum ? Sum(_rows[place]) : Multiple(_rows[place], outcomes - 1))));

    /// <summary>Gives the rows of each group its idf and scale.</summary>
    /// <returns>How many rows each group has.</returns>
    private List<int> ReadGroups(BinaryReader reader)
    {
        var groups = reader.ReadInt32();
        var sizes = new List<int>();
        var (row, before) = (0, float.PositiveInfinity);
        while (sizes.Count < groups)
        {
            var idf = reader.ReadSingle();
            if (!(idf < before && idf > float.NegativeInfinity))
                throw new FormatException($"The n-grams are damaged: an idf of {idf} follows one of {before}.");
            before = idf;
            var scale = Int8.ReadScale(reader, _most, MostValue) ?? throw new FormatException("The n-grams are damaged: a scale is negative or not finite.");
            var size = reader.ReadInt32();
            if (size < 1 || size > Count - row)
                throw new FormatException($"The n-grams are damaged: a group of {size} rows, where {Count - row} of {Count} are left.");
            Idf.AsSpan(row, size).Fill(idf);
            _scales.AsSpan(row, size).Fill(scale);
            sizes.Add(size);
            row += size;
        }
        return row == Count ? sizes : throw new FormatException($"The n-grams are damaged: groups have {row} rows of {Count}.");
    }

    private void ReadPlaces(BinaryReader reader, List<int> sizes)
    {
        var row = 0;
        foreach (var size in sizes)
        {
            var place = -1L;
            for (var i = 0; i < size; i++)
            {
                var distance = reader.Read7BitEncodedInt();
                place += distance;
                if (distance < 1 || place >= _rows.Length || _rows[place] >= 0)
                    throw new FormatException($"The n-grams are damaged: place {place} is out of range, or twice there.");
                _rows[place] = row++;
            }
        }
    }

    private void ReadMultiples(BinaryReader reader, int outcome, bool isSum)
    {
        for (var row = 0; row < Count; row++)
        {
            var q = reader.ReadSByte();
            for (var other = 0; isSum && other < outcome; other++)
                q = unchecked((sbyte)(q - Multiple(row, other)));
            Values[row * outcomes + outcome] = Int8.IsValid(q, _scales![row], _most)
                ? q * _scales[row]
                : throw new FormatException($"The n-grams are damaged: there is a weight of {q} times {_scales[row]}.");
        }
    }
}
