namespace Microsoft.ML.RevRnn.Networks;

/// <summary>In which order a <see cref="Wave"/> takes layers and steps.</summary>
internal enum WaveOrder
{
    /// <summary>From the lowest layer up, from the first step on: each layer reads what the one below has just made.</summary>
    Forward,

    /// <summary>From the lowest layer up, from the last step back: each layer reads what the one below has just recovered.</summary>
    Reverse,

    /// <summary>From the highest layer down, from the last step back: each layer has the gradient that the one above has just made.</summary>
    Backward,
}
