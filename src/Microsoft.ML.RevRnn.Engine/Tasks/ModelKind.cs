namespace Microsoft.ML.RevRnn.Tasks;

/// <summary>What stands on top of a saved network's layers.</summary>
internal enum ModelKind : byte
{
    /// <summary>Nothing.</summary>
    Encoder = 0,

    /// <summary>A linear map from pooled outputs to classes.</summary>
    Classifier = 1,

    /// <summary>A linear map from outputs to tokens.</summary>
    LanguageModel = 2,
}
