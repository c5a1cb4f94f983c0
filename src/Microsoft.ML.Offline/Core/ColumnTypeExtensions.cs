using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Questions to column types.</summary>
internal static class ColumnTypeExtensions
{
    /// <summary>Whether it is a scalar other than a key.</summary>
    public static bool IsStandardScalar(this DataViewType columnType) => columnType is PrimitiveDataViewType and not KeyDataViewType;

    /// <summary>The number of values of a key; 0 for other types.</summary>
    public static ulong GetKeyCount(this DataViewType columnType) => (columnType as KeyDataViewType)?.Count ?? 0;

    /// <summary>The number of values of a key; 0 for other types.</summary>
    public static int GetKeyCountAsInt32(this DataViewType columnType, IExceptionContext? ectx = null)
    {
        ulong count = columnType.GetKeyCount();
        ectx.Check(count <= int.MaxValue, $"A key of {count} values has too many for a 32-bit integer.");
        return (int)count;
    }

    /// <summary>The type of a vector's items, or the type itself.</summary>
    public static DataViewType GetItemType(this DataViewType columnType) => (columnType as VectorDataViewType)?.ItemType ?? columnType;

    /// <summary>The size of a vector; 0 when it varies and for scalars.</summary>
    public static int GetVectorSize(this DataViewType columnType) => (columnType as VectorDataViewType)?.Size ?? 0;

    /// <summary>The size of a vector, 0 when it varies; 1 for scalars.</summary>
    public static int GetValueCount(this DataViewType columnType) => (columnType as VectorDataViewType)?.Size ?? 1;

    /// <summary>Whether it is a vector of one size for all rows.</summary>
    public static bool IsKnownSizeVector(this DataViewType columnType) => columnType.GetVectorSize() > 0;

    /// <summary>The primitive type of values of a .NET type.</summary>
    public static PrimitiveDataViewType PrimitiveTypeFromType(Type type)
    {
        if (type == typeof(ReadOnlyMemory<char>) || type == typeof(string))
            return TextDataViewType.Instance;
        if (type == typeof(bool))
            return BooleanDataViewType.Instance;
        if (type == typeof(TimeSpan))
            return TimeSpanDataViewType.Instance;
        if (type == typeof(DateTime))
            return DateTimeDataViewType.Instance;
        if (type == typeof(DateTimeOffset))
            return DateTimeOffsetDataViewType.Instance;
        if (type == typeof(DataViewRowId))
            return RowIdDataViewType.Instance;
        return NumberTypeFromType(type);
    }

    /// <summary>The number type of values of a .NET type.</summary>
    public static NumberDataViewType NumberTypeFromType(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => NumberDataViewType.SByte,
        TypeCode.Byte => NumberDataViewType.Byte,
        TypeCode.Int16 => NumberDataViewType.Int16,
        TypeCode.UInt16 => NumberDataViewType.UInt16,
        TypeCode.Int32 => NumberDataViewType.Int32,
        TypeCode.UInt32 => NumberDataViewType.UInt32,
        TypeCode.Int64 => NumberDataViewType.Int64,
        TypeCode.UInt64 => NumberDataViewType.UInt64,
        TypeCode.Single => NumberDataViewType.Single,
        TypeCode.Double => NumberDataViewType.Double,
        _ => throw new InvalidOperationException($"No column type holds values of {type}."),
    };
}
