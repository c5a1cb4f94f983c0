namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>What a prediction engine gives of a translation.</summary>
public sealed class Translated
{
    public string Translation { get; set; } = "";

    public float TranslationScore { get; set; }
}
