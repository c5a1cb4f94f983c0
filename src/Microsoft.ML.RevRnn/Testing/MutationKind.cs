using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How a text is changed so little that its class should stay (Wei and Zou 2019, EDA).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MutationKind>))]
public enum MutationKind
{
    /// <summary>Words are replaced by similar ones.</summary>
    Synonym,

    /// <summary>Words that are similar to some of the text's are put in anywhere.</summary>
    Insertion,

    /// <summary>Words change places.</summary>
    Swap,

    /// <summary>Words are left out.</summary>
    Deletion,
}
