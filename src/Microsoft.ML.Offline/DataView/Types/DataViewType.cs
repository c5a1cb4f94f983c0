namespace Microsoft.ML.Data;

/// <summary>The type of a column.</summary>
public abstract class DataViewType : IEquatable<DataViewType>
{
    private protected DataViewType(Type rawType) => RawType = rawType ?? throw new ArgumentNullException(nameof(rawType));

    /// <summary>The .NET type of the values that getters hand out.</summary>
    public Type RawType { get; }

    /// <summary>Whether both describe the same type.</summary>
    public abstract bool Equals(DataViewType? other);
}
