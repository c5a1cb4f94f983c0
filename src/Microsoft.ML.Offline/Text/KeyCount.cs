using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The number of values of a key.</summary>
public sealed class KeyCount
{
    /// <summary>As many as the type holds.</summary>
    public KeyCount()
    {
    }

    /// <summary>A number.</summary>
    public KeyCount(ulong count)
    {
        Contracts.CheckParam(count > 0, nameof(count), "A key has one value at least.");
        Count = count;
    }

    /// <summary>The number; null for as many as the type holds.</summary>
    public ulong? Count;
}
