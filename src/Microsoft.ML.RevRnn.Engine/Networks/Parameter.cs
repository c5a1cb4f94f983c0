using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A learned matrix [rows, columns] in a padded buffer. The maps say where a logical row or column lies in the buffer; padding is zero and,
/// having zero gradients, stays zero.
/// </summary>
internal sealed unsafe partial class Parameter : IDisposable
{
    private readonly int[] _rowMap;
    private readonly int[] _columnMap;
    private readonly NativeBuffer<float> _value;
    private NativeBuffer<float>? _gradient;

    public Parameter(string name, int[] rowMap, int rowCapacity, int[] columnMap, int stride)
    {
        Name = name;
        _rowMap = rowMap;
        _columnMap = columnMap;
        RowCapacity = rowCapacity;
        Stride = stride;
        _value = new NativeBuffer<float>((long)rowCapacity * stride);
    }

    public string Name { get; }

    /// <summary>Logical rows.</summary>
    public int Rows => _rowMap.Length;

    /// <summary>Whether weight decay applies: to matrices, not to biases.</summary>
    public bool IsDecayed { get; init; } = true;

    /// <summary>Factor of the learning rate; 0 freezes the parameter.</summary>
    public float RateFactor { get; set; } = 1;

    /// <summary>Logical columns.</summary>
    public int Columns => _columnMap.Length;

    public int RowCapacity { get; }

    /// <summary>Distance between rows, in elements.</summary>
    public int Stride { get; }

    public float* Value => _value.Pointer;

    public Span<float> Values => _value.Span;

    /// <summary>The gradient, same layout; null outside training.</summary>
    public float* Gradient => _gradient == null ? null : _gradient.Pointer;

    public Span<float> Gradients => _gradient!.Span;

    /// <summary>The identity map: logical index i lies at i.</summary>
    public static int[] Identity(int count)
    {
        var map = new int[count];
        for (var i = 0; i < count; i++)
            map[i] = i;
        return map;
    }

    public void EnableGradient() => _gradient ??= new NativeBuffer<float>(_value.Length);

    /// <summary>Frees the gradient: a trained model has no use for it.</summary>
    public void DropGradient()
    {
        _gradient?.Dispose();
        _gradient = null;
    }

    public ref float At(int row, int column) => ref Value[Position(row, column)];

    public float GradientAt(int row, int column) => Gradient[Position(row, column)];

    public ref float GradientRef(int row, int column) => ref Gradient[Position(row, column)];

    /// <summary>The buffer's row of a logical row, padding included.</summary>
    public Span<float> Row(int row) => new(Value + (nint)_rowMap[row] * Stride, Stride);

    /// <summary>The gradient's row of a logical row.</summary>
    public Span<float> GradientRow(int row) => new(Gradient + (nint)_rowMap[row] * Stride, Stride);

    /// <summary>Where a logical column lies in a row.</summary>
    public int ColumnPosition(int column) => _columnMap[column];

    /// <summary>Uniform in [-bound, bound], a function of the key and the logical position alone.</summary>
    public void InitializeUniform(ulong seed, float bound)
    {
        var key = CounterRandom.Key(seed, (ulong)StableHash(Name));
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
                At(row, column) = (2 * CounterRandom.Uniform(key, (ulong)row * (ulong)Columns + (ulong)column) - 1) * bound;
        }
    }

    /// <summary>Writes the values, row after row without padding: float32, or 8 bits each and scales where they are <see cref="IsInt8"/>.</summary>
    public void Write(BinaryWriter writer)
    {
        if (_scales != null)
        {
            WriteInt8(writer, _scales);
            return;
        }
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
                writer.Write(At(row, column));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="precision">Of the model; what is no matrix has floats in any.</param>
    /// <exception cref="FormatException">The content holds what is no value.</exception>
    public void Read(BinaryReader reader, WeightPrecision precision = WeightPrecision.Single)
    {
        if (precision == WeightPrecision.Int8 && IsMatrix)
        {
            ReadInt8(reader);
            return;
        }
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var value = reader.ReadSingle();
                if (!float.IsFinite(value))
                    throw new FormatException($"The model is damaged: parameter '{Name}' holds a value that is not finite.");
                At(row, column) = value;
            }
        }
    }

    public void CopyValuesFrom(Parameter other) => other.Values.CopyTo(Values);

    public void Dispose()
    {
        _value.Dispose();
        _gradient?.Dispose();
    }

    private static long StableHash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211;
        return (long)hash;
    }

    private nint Position(int row, int column) => (nint)_rowMap[row] * Stride + _columnMap[column];
}
