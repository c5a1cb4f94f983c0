namespace Microsoft.ML.RevRnn.Cells;

/// <summary>What a gate's pre-activation is a linear function of, besides its bias.</summary>
internal enum GateSource
{
    /// <summary>x and the hidden state.</summary>
    InputAndHidden,

    /// <summary>x and the reset gate times the hidden state.</summary>
    InputAndResetHidden,

    /// <summary>The hidden state alone.</summary>
    Hidden,

    /// <summary>x alone.</summary>
    Input,

    /// <summary>Only what a <see cref="CellStage"/> makes of earlier gates.</summary>
    Inner,

    /// <summary>Nothing: the gate is a constant of its unit.</summary>
    Bias,
}
