using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How an exported network holds the states of a reversible cell. Ordinary cells have float states either way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnnxArithmetic>))]
public enum OnnxArithmetic
{
    /// <summary>
    /// That of the library: states are multiples of 2^-23 and forget gates of 2^-10, held exactly in tensors of Double. What differs from the library is the order of
    /// matrix products and the last bit of sigmoid and tanh.
    /// </summary>
    FixedPoint = 0,

    /// <summary>
    /// Forget gates are multiples of 2^-10, as they were in training; states are Single and rounded like any float. Fewer and cheaper operations, and no Double, which some
    /// runtimes and most accelerators do not have or do not like.
    /// </summary>
    RoundedGates = 1,
}
