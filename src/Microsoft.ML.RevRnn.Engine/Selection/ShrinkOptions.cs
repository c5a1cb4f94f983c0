namespace Microsoft.ML.RevRnn;

/// <summary>How a trained network is made smaller: which of its neurons are kept. The rest of the options, of training, are given beside.</summary>
public sealed record ShrinkOptions
{
    /// <summary>
    /// The part of each layer's units that is kept, 0.01 to 1, rounded to an even number: of H units f H, and so f^2 of the weights from state to state. Null to leave it to
    /// <see cref="Penalty"/>; that takes <see cref="NeuronSelectionMethod.HardConcrete"/>.
    /// </summary>
    public float? KeepFraction { get; init; } = 0.5f;

    /// <summary>The part of the values of a token's vector that is kept, 0.01 to 1. All by default.</summary>
    public float InputKeepFraction { get; init; } = 1;

    /// <summary>By what neurons are chosen.</summary>
    public NeuronSelectionMethod Method { get; init; } = NeuronSelectionMethod.HardConcrete;

    /// <summary>
    /// lambda, 0 to 1,000, where <see cref="KeepFraction"/> is null: the loss, in nats, is added lambda times the part of the layers' weights that is expected to be left. As many units
    /// are kept as the layer has open gates that has most.
    /// </summary>
    public float Penalty { get; init; } = 0.3f;

    /// <summary>
    /// Epochs in which gates are learned, 1 to 10,000, before the network is made smaller and trained further; none where nothing is learned. They should come to some hundred updates:
    /// gates that are to close within a few choose badly, and <see cref="NeuronSelectionMethod.Magnitude"/> is better then (docs/shrinking.md).
    /// </summary>
    public int SelectionEpochs { get; init; } = 2;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">Two options contradict each other.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(KeepFraction), KeepFraction ?? 1, 0.01f, 1);
        OptionCheck.Range(nameof(InputKeepFraction), InputKeepFraction, 0.01f, 1);
        OptionCheck.Defined(nameof(Method), Method);
        OptionCheck.Range(nameof(Penalty), Penalty, 0, 1000);
        OptionCheck.Range(nameof(SelectionEpochs), SelectionEpochs, 1, 10_000);
        if (KeepFraction == null && Method == NeuronSelectionMethod.Magnitude)
        {
            throw new ArgumentException(
                $"{nameof(KeepFraction)} is null and {nameof(Method)} {nameof(NeuronSelectionMethod.Magnitude)}, which tells which neurons matter more and not how many matter; " +
                $"set {nameof(KeepFraction)}, or take {nameof(NeuronSelectionMethod.HardConcrete)}.", nameof(KeepFraction));
        }
    }
}
