using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The size of a member that holds a vector.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VectorTypeAttribute : Attribute
{
    /// <summary>A size that varies.</summary>
    public VectorTypeAttribute()
        : this([])
    {
    }

    /// <summary>One size; 0 for one that varies.</summary>
    public VectorTypeAttribute(int size)
        : this([size])
    {
    }

    /// <summary>The sizes of a tensor.</summary>
    public VectorTypeAttribute(params int[] dimensions)
    {
        foreach (int dimension in dimensions)
            Contracts.CheckParam(dimension >= 0, nameof(dimensions), "A dimension cannot be negative.");
        Dims = dimensions;
    }

    internal int[] Dims { get; }
}
