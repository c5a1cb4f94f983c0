using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>In which numbers gradients go from rank to rank.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GradientFormat>))]
public enum GradientFormat
{
    /// <summary>float32: 4 bytes a gradient.</summary>
    Single = 0,

    /// <summary>
    /// bfloat16, the upper half of a float32: 2 bytes a gradient and 8 bits of precision. The gradient of each shard, and each sum of two in the tree over the shards, is rounded
    /// to nearest, halves to even; so the result does not depend on the number of ranks either.
    /// </summary>
    BFloat16 = 1,
}
