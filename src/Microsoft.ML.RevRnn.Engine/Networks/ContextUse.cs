using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>Where the context of a text enters a language model (vector to sequence).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContextUse>))]
public enum ContextUse
{
    /// <summary>As the states that the text begins with: h_0 = tanh(S v + s), of each layer and each of its states.</summary>
    InitialState = 1,

    /// <summary>At each step: R v is added to what the gates of the first layer make of the token.</summary>
    EachStep = 2,

    /// <summary>As both.</summary>
    Both = InitialState | EachStep,
}
