using System.Buffers.Binary;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Export;

/// <summary>Constant values of a graph. Numbers are little-endian, whatever the processor.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Dimensions">Their shape; empty for a scalar.</param>
/// <param name="Bytes">Them, row after row.</param>
internal sealed record OnnxTensor(OnnxElement Type, long[] Dimensions, ReadOnlyMemory<byte> Bytes)
{
    public static OnnxTensor Of(ReadOnlySpan<float> values, params long[] dimensions)
    {
        var bytes = new byte[sizeof(float) * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), values[i]);
        return new(OnnxElement.Single, dimensions, bytes);
    }

    public static OnnxTensor Of(ReadOnlySpan<double> values, params long[] dimensions)
    {
        var bytes = new byte[sizeof(double) * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(sizeof(double) * i), values[i]);
        return new(OnnxElement.Double, dimensions, bytes);
    }

    public static OnnxTensor Of(ReadOnlySpan<long> values, params long[] dimensions)
    {
        var bytes = new byte[sizeof(long) * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(long) * i), values[i]);
        return new(OnnxElement.Int64, dimensions, bytes);
    }

    public static OnnxTensor Of(ReadOnlySpan<int> values, params long[] dimensions)
    {
        var bytes = new byte[sizeof(int) * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int) * i), values[i]);
        return new(OnnxElement.Int32, dimensions, bytes);
    }

    /// <summary>A learned matrix without padding, [rows, columns]; a single row as a vector.</summary>
    public static OnnxTensor Of(Parameter parameter) => parameter.Rows == 1
        ? Of(parameter, parameter.Columns, column => column, parameter.Columns)
        : Of(parameter, parameter.Columns, column => column, parameter.Rows, parameter.Columns);

    /// <summary>Chosen columns of a learned matrix; zeros where there is none.</summary>
    /// <param name="parameter">The matrix.</param>
    /// <param name="columns">How many there are in a row of the result.</param>
    /// <param name="source">Of each the column of the matrix; below 0 for none.</param>
    /// <param name="dimensions">The shape of the result.</param>
    public static OnnxTensor Of(Parameter parameter, int columns, Func<int, int> source, params long[] dimensions)
    {
        int[] sources = [.. Enumerable.Range(0, columns).Select(source)];
        var bytes = new byte[sizeof(float) * (long)parameter.Rows * columns];
        for (var row = 0; row < parameter.Rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                if (sources[column] >= 0)
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * (row * columns + column)), parameter.At(row, sources[column]));
            }
        }
        return new(OnnxElement.Single, dimensions, bytes);
    }

    /// <summary>TensorProto: dims 1, data_type 2, name 8, raw_data 9.</summary>
    public ProtoMessage ToMessage(string name)
    {
        var message = new ProtoMessage();
        foreach (var dimension in Dimensions)
            message.Add(1, dimension);
        return message.Add(2, (long)Type).Add(8, name).Add(9, Bytes);
    }
}
