using Microsoft.ML.Data;

namespace Microsoft.ML.Offline.Tests.Support;

/// <summary>A row of test data with a column of each sort.</summary>
internal sealed class Row
{
    public int Id { get; set; }

    public string? Text { get; set; }

    public float Number { get; set; }

    public double Real { get; set; }

    public bool Truth { get; set; }

    public string?[]? Words { get; set; }

    [VectorType(2)]
    public float[]? Pair { get; set; }

    [KeyType(3)]
    public uint Key { get; set; }
}
