using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What a translation's attention reads of each source token: E values of its vector, the first k units of the encoder's top layer after it (of each direction), all units,
/// or two of these side by side (MacKay et al. 2018, section 5.2).
/// </summary>
/// <remarks>
/// What is read of states must be kept for each source token: 8 k bytes of each direction, values and gradients, where a reversible encoder else keeps a few bits a unit. Token vectors
/// are read from their table and take nothing.
/// </remarks>
[JsonConverter(typeof(JsonStringEnumConverter<AttentionContext>))]
public enum AttentionContext
{
    /// <summary>All units of the encoder's top layer, as usual: D H values. Most able, and takes most memory.</summary>
    Hidden = 0,

    /// <summary>The source token's vector alone: E values. It takes no memory at all.</summary>
    Embedding = 1,

    /// <summary>The first <see cref="TranslationOptions.SliceSize"/> units of the encoder's top layer, of each direction: D k values.</summary>
    Slice = 2,

    /// <summary>Token vector and slice side by side: E + D k values. About as able as <see cref="Hidden"/> for a fraction of its memory.</summary>
    EmbeddingAndSlice = 3,
}
