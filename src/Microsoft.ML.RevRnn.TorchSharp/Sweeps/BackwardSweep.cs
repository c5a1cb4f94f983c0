namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What a sweep back does, as in sweep.h.</summary>
internal enum BackwardSweep
{
    /// <summary>Takes the steps back and gives the gradients.</summary>
    Both = 0,

    /// <summary>Takes the steps back, and leaves outputs and complete pre-activations.</summary>
    States = 1,

    /// <summary>From the states after the chunk again: the gradients, with the pre-activations that <see cref="States"/> left.</summary>
    Gradients = 2,
}
