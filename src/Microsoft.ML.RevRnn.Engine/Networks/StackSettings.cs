using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>How a stack works, beyond what it is made of.</summary>
internal sealed record StackSettings
{
    /// <summary>Forward only, in fixed point that keeps no lost bits: prediction.</summary>
    public static StackSettings Prediction { get; } = new() { Arithmetic = CellArithmetic.Inference };

    public CellArithmetic Arithmetic { get; init; } = CellArithmetic.Reversible;

    /// <summary>How a chunk's activations come back for the backward pass; the rest is the same for all.</summary>
    public ActivationStrategy Strategy { get; init; } = ActivationStrategy.Reversible;

    public DropoutRates Dropout { get; init; }

    /// <summary>The context of each sequence, by its number; null of a network without.</summary>
    public IReadOnlyList<float[]>? Contexts { get; init; }

    /// <summary>Whether the gradients by the weights are wanted; else only those by what is read, and weights need no room for theirs.</summary>
    public bool LearnsWeights { get; init; } = true;

    /// <summary>Whether the first layer's products with its inputs are made once for a token that a batch repeats, where that pays.</summary>
    public bool SharesInputs { get; init; } = true;

    /// <summary>How long chunks are; null for <see cref="ChunkLength.For"/>.</summary>
    public ChunkLength? ChunkLength { get; init; }

    /// <summary>How chunks are cut for layers that work side by side; null for <see cref="WaveShape.For"/>.</summary>
    public WaveShape? Wave { get; init; }

    /// <summary>
    /// The longest that a row's gradient by the state may be at a chunk's start, in units of a single prediction's part of the loss; longer ones are scaled
    /// down. Over very many steps gradients can grow without bound, and no clipping of their sum would help then.
    /// </summary>
    public float MaximumStateGradientNorm { get; init; } = float.PositiveInfinity;

    /// <summary>What <see cref="Networks.InformationFlow"/> counts in the loss; 0 for nothing.</summary>
    public float InformationFlow { get; init; }

    /// <summary>Of which ratios it is made.</summary>
    public InformationFlowForm InformationFlowForm { get; init; }

    /// <summary>Whether <see cref="GradientReach"/> is measured.</summary>
    public bool MeasuresGradientReach { get; init; }

    /// <summary>Bytes of activation memory that <see cref="ActivationStrategy.Auto"/> stays within where it can; null for no limit.</summary>
    public long? MemoryBudget { get; init; }

    /// <summary>Bytes of the head's buffers, which the budget is for too.</summary>
    public long HeadBytes { get; init; }

    /// <summary>Bytes for each row and step of a batch that somebody keeps of the outputs, which the budget is for too.</summary>
    public long BytesPerToken { get; init; }

    /// <summary>Whether the gradients by token vectors begin with the backward pass; false where others add to them too.</summary>
    public bool BeginsTokenGradients { get; init; } = true;

    /// <summary>Whether batches go on from each other, so that the states that they begin and end with are kept besides.</summary>
    public bool CarriesStates { get; init; }

    /// <summary>How long chunks of a network are.</summary>
    public ChunkLength ChunkLengthOf(NetworkShape shape) => ChunkLength ?? Networks.ChunkLength.For(shape);

    /// <summary>Checks that a network's cell can do what they ask for.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public void Check(NetworkShape shape)
    {
        if (shape.Context != null && Contexts == null)
            throw new ArgumentException("The network is given a context with each sequence, and here there is none to give; take a model without a context.", "settings");
        if (Arithmetic is CellArithmetic.Reversible or CellArithmetic.Preimages && Strategy is ActivationStrategy.Reversible or ActivationStrategy.Hybrid
            && !shape.Top.IsReversible)
        {
            throw new ArgumentException(
                $"{shape.Options.Cell} cannot be reversed, so {nameof(ActivationStrategy)} cannot be {Strategy}; " +
                $"use {ActivationStrategy.Stored}, {ActivationStrategy.Checkpointed} or {ActivationStrategy.Auto}.", "settings");
        }
        if (Dropout.Weight > 0 && shape.Top.Spec.MadeOf(shape.Top) != null)
        {
            throw new ArgumentException(
                $"{nameof(LanguageModelOptions.WeightDropout)} is {Dropout.Weight}, and the recurrent weights of {shape.Options.Cell} are made of others, so that none of them can be zeroed; " +
                $"set it to 0, or use another dropout or cell.", "settings");
        }
        if (InformationFlow > 0 && !shape.Top.Spec.PassesStateByWeights)
        {
            throw new ArgumentException(
                $"{nameof(InformationFlow)} is {InformationFlow}, and is of {CellKind.Elman} and {CellKind.LeakyElman}, whose state is passed on by one gate's weights: {shape.Options.Cell} is another cell, " +
                "whose gates or products change gradients in other ways. Leave it at 0, or take another cell.", "settings");
        }
    }
}
