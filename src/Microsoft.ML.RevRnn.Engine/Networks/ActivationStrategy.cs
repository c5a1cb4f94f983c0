using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>How the backward pass gets at past activations. The gradients are the same bit for bit.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActivationStrategy>))]
public enum ActivationStrategy
{
    /// <summary>
    /// Hidden states and gates are recomputed backwards from the last state and the bits that forget gates threw away.
    /// Costs a second forward pass. Reversible cells only.
    /// </summary>
    Reversible = 0,

    /// <summary>Hidden states and gates of every step are kept: fastest, and memory grows with the length of the text. Any cell.</summary>
    Stored = 1,

    /// <summary>
    /// The state is kept now and then, and each stretch between is run forward again with its activations stored. Costs a second forward
    /// pass. Any cell.
    /// </summary>
    Checkpointed = 2,

    /// <summary>
    /// The state is kept now and then, and each stretch between is run forward again and then reversed: memory grows with the square root of the
    /// length. Costs two more forward passes. Reversible cells only.
    /// </summary>
    Hybrid = 3,

    /// <summary>For each batch the fastest of the others that stays within <see cref="TrainingOptions.MemoryBudget"/>.</summary>
    Auto = 4,
}
