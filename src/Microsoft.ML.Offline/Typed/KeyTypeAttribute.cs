using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A member of an unsigned type that holds a key, counted from 0.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class KeyTypeAttribute : Attribute
{
    /// <summary>Is not supported: a key has a number of values.</summary>
    public KeyTypeAttribute() => throw Contracts.ExceptNotSupp("A key type needs its number of values.");

    /// <summary>A key of <paramref name="count"/> values.</summary>
    public KeyTypeAttribute(ulong count) => KeyCount = count;

    internal ulong KeyCount { get; }
}
