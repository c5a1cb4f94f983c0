namespace Microsoft.ML.RevRnn.Cells;

/// <summary>One gate of a cell, a candidate included.</summary>
/// <param name="Name">Its letter in the cell's equations.</param>
/// <param name="Activation">What makes it of its pre-activation.</param>
/// <param name="Source">What its pre-activation is computed from.</param>
internal sealed record GateSpec(string Name, GateActivation Activation, GateSource Source = GateSource.InputAndHidden)
{
    /// <summary>What its bias is about before training.</summary>
    public float InitialBias { get; init; }

    /// <summary>Whether it scales a state of a reversible cell, which costs lost bits.</summary>
    public bool Forgets { get; init; }

    /// <summary>Whether it is the sigmoid that the hidden state is multiplied by for those gates that read it reset.</summary>
    public bool Resets { get; init; }

    /// <summary>How many values it has; null for one a unit.</summary>
    public int? Width { get; init; }

    public bool ReadsInput => Source is not (GateSource.Hidden or GateSource.Inner or GateSource.Bias);

    public bool ReadsHidden => Source is not (GateSource.Input or GateSource.Inner or GateSource.Bias);

    /// <summary>Whether it is a constant of each unit.</summary>
    public bool IsConstant => Source == GateSource.Bias;
}
