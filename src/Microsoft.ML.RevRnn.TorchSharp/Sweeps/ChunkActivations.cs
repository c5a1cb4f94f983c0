namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What there is of a chunk before its gradients are made.</summary>
internal enum ChunkActivations
{
    /// <summary>Nothing: pre-activations are made anew.</summary>
    None,

    /// <summary>The input's part of pre-activations, as the chunk was the last to be run forward.</summary>
    Inputs,

    /// <summary>Complete pre-activations, as the chunk was recovered.</summary>
    Recovered,
}
