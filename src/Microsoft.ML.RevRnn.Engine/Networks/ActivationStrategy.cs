namespace Microsoft.ML.RevRnn;

/// <summary>How the backward pass gets at past activations. The gradients are the same bit for bit.</summary>
public enum ActivationStrategy
{
    /// <summary>Hidden states and gates are recomputed backwards from the last state and the bits that forget gates threw away.</summary>
    Reversible = 0,

    /// <summary>Hidden states and gates of every step are kept: fastest, and memory grows with the length of the text.</summary>
    Stored = 1,
}
