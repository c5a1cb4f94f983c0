using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>Whose score is looked at where a language model predicts a token.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectivityTarget>))]
public enum ConnectivityTarget
{
    /// <summary>The token that the text has there: why the model holds it for as likely as it does. Behind the text's end the most probable one.</summary>
    Actual,

    /// <summary>The token that the model holds for most probable.</summary>
    MostProbable,
}
