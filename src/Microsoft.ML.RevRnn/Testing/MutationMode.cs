using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How texts are looked for that cover more of a network's states.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MutationMode>))]
public enum MutationMode
{
    /// <summary>Each round changes each text at random.</summary>
    Random,

    /// <summary>Each round does that too, and then breeds texts towards one thing of each kind of coverage that no text has covered yet.</summary>
    Genetic,
}
