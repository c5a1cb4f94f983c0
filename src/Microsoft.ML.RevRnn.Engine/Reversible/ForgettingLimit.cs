using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// The most bits that a forget gate may discard from one unit in one multiplication (MacKay et al. 2018, section 3.3): the gate becomes
/// z = m sigmoid(a) + (1 - m) with m = 1 - 2^-bits. A lower limit costs less memory and restricts the model more.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ForgettingLimit>))]
public enum ForgettingLimit
{
    /// <summary>No limit beyond the 10 bits of the gate itself.</summary>
    None = 0,

    /// <summary>Gates stay above 1/2.</summary>
    OneBit = 1,

    /// <summary>Gates stay above 1/4.</summary>
    TwoBits = 2,

    /// <summary>Gates stay above 1/8: the authors' default.</summary>
    ThreeBits = 3,

    /// <summary>Gates stay above 1/32.</summary>
    FiveBits = 5,
}
