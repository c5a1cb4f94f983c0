namespace Microsoft.ML.RevRnn.Models;

/// <summary>What stands on top of a saved network's layers.</summary>
internal enum ModelKind : byte
{
    /// <summary>Nothing.</summary>
    Encoder = 0,

    /// <summary>A linear map from pooled outputs to classes.</summary>
    Classifier = 1,

    /// <summary>A linear map from outputs to tokens.</summary>
    LanguageModel = 2,

    /// <summary>A linear map from pooled outputs to labels of which any may hold.</summary>
    MultiLabelClassifier = 3,

    /// <summary>A linear map from each output to classes.</summary>
    Tagger = 4,

    /// <summary>Pooling of outputs, as a classifier has it.</summary>
    PooledEncoder = 5,

    /// <summary>A decoder with attention, and a linear map from its outputs to target tokens.</summary>
    Translation = 6,

    /// <summary>A tagger that reads the class of the token before.</summary>
    FeedbackTagger = 7,

    /// <summary>A language model that is given a context with each text.</summary>
    ConditionedLanguageModel = 8,
}
