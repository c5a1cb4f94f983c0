using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How a translation's attention compares the decoder's output q [H] with the context v [C] of a source token (Luong et al. 2015, section 3.1).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttentionScore>))]
public enum AttentionScore
{
    /// <summary>(W q) v with learned W [C, H].</summary>
    General = 0,

    /// <summary>q v, which takes a context of as many values as the decoder has units, C = H.</summary>
    Dot = 1,
}
