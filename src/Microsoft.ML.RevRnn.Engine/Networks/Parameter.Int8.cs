using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>Values of 8 bits: q s, with a scale s for each output.</content>
internal sealed unsafe partial class Parameter
{
    private float[]? _scales;

    /// <summary>Whether a column is what goes to one output, such as a unit's gate, as in the matrices of layers; else a row is, as in those of heads and among token vectors.</summary>
    public bool HasOutputColumns { get; init; }

    /// <summary>Whether it stays in floats at any precision: it is no matrix of weights, but what makes one.</summary>
    public bool StaysSingle { get; init; }

    /// <summary>Whether it has a form of 8 bits: a matrix has, a bias has not.</summary>
    public bool IsMatrix => Rows > 1 && !StaysSingle;

    /// <summary>Whether its values are q s, and are written so.</summary>
    public bool IsInt8 => _scales != null;

    /// <summary>s of each output; empty where values are as they were trained.</summary>
    public ReadOnlySpan<float> Scales => _scales;

    private int OutputCount => HasOutputColumns ? Columns : Rows;

    /// <summary>Rounds a matrix to 8 bits: each value to the nearest q s, where s is the least scale that reaches the largest value of its output. Others stay as they are.</summary>
    public void RoundToInt8()
    {
        if (!IsMatrix || IsInt8)
            return;
        var scales = new float[OutputCount];
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                ref var largest = ref scales[Output(row, column)];
                largest = MathF.Max(largest, MathF.Abs(At(row, column)));
            }
        }
        for (var output = 0; output < scales.Length; output++)
            scales[output] = Int8.Scale(scales[output]);
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var scale = scales[Output(row, column)];
                At(row, column) = Int8.Round(At(row, column), scale) * scale;
            }
        }
        _scales = scales;
    }

    /// <summary>Writes, of a matrix of 8 bits, the upper halves of the scales' float32 [outputs], and int8 q, row after row.</summary>
    private void WriteInt8(BinaryWriter writer, float[] scales)
    {
        foreach (var scale in scales)
            Int8.WriteScale(writer, scale);
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
                writer.Write(Int8.Round(At(row, column), scales[Output(row, column)]));
        }
    }

    /// <summary>Reads values of 8 bits.</summary>
    /// <exception cref="FormatException">A scale or a value is none.</exception>
    private void ReadInt8(BinaryReader reader)
    {
        var scales = new float[OutputCount];
        foreach (ref var scale in scales.AsSpan())
            scale = Int8.ReadScale(reader) ?? throw new FormatException($"The model is damaged: parameter '{Name}' has a scale that is negative or not finite.");
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var (q, scale) = (reader.ReadSByte(), scales[Output(row, column)]);
                At(row, column) = Int8.IsValid(q, scale) ? q * scale : throw new FormatException($"The model is damaged: parameter '{Name}' holds {q} times {scale}.");
            }
        }
        _scales = scales;
    }

    private int Output(int row, int column) => HasOutputColumns ? column : row;
}
