using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What is told of g = d s / d e, the gradient of a chosen score s by the vector e of a token at one position, both of I values. E is the table of token vectors, [V, I].
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectivityMeasure>))]
public enum ConnectivityMeasure
{
    /// <summary>||g||: how much the score hangs on the token, 0 or more. It costs I operations.</summary>
    Norm,

    /// <summary>g . e, gradient times input: what the token adds to the score, or takes from it, to first order. It costs I operations.</summary>
    Signed,

    /// <summary>
    /// ||E g||, the norm of the gradient by the one-hot input: connectivity as in Madsen 2019, Visualizing memorization in RNNs. It costs V I operations a token, so it is
    /// for small vocabularies, such as characters.
    /// </summary>
    OneHotNorm,
}
