namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>How a layer's pass back gets at a chunk's activations.</summary>
internal enum LayerStrategy
{
    /// <summary>Steps are taken back as their gradients are made.</summary>
    Reversed,

    /// <summary>Steps of a chunk are taken back, and then its gradients made.</summary>
    Recovered,

    /// <summary>Gates were kept.</summary>
    Stored,

    /// <summary>Segments of two chunks are run forward again, and their gates kept.</summary>
    Checkpointed,

    /// <summary>Segments of two chunks are run forward again, and taken back.</summary>
    Hybrid,
}
