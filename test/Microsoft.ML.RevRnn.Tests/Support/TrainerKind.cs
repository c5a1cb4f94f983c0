namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>The trainers of <see cref="MixedText"/>.</summary>
public enum TrainerKind
{
    Binary,
    MultiLabel,
    Tagger,
}
