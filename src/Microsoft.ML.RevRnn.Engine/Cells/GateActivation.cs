namespace Microsoft.ML.RevRnn.Cells;

/// <summary>What makes a gate of its pre-activation.</summary>
internal enum GateActivation
{
    /// <summary>1 / (1 + e^-a).</summary>
    Sigmoid,

    /// <summary>tanh(a).</summary>
    Tanh,

    /// <summary>m sigmoid(a) + (1 - m): a gate that forgets a limited number of bits; m is 1 without limit.</summary>
    LimitedSigmoid,

    /// <summary>Nothing, or what the cell's own equations make of it.</summary>
    None,
}
