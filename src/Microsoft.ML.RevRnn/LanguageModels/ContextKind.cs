namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>What a context column holds.</summary>
internal enum ContextKind : byte
{
    /// <summary>Text: a label, of those that training saw.</summary>
    Text = 1,

    /// <summary>A key.</summary>
    Key = 2,

    /// <summary>A vector of Single.</summary>
    Vector = 3,
}
