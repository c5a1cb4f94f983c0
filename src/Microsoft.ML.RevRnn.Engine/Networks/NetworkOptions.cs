using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn;

/// <summary>The shape of a recurrent network.</summary>
public sealed record NetworkOptions
{
    /// <summary>The recurrent cell.</summary>
    public CellKind Cell { get; init; } = CellKind.RevLstm;

    /// <summary>I: the length of the learned vector of a token, 1 to 4,096.</summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>H: hidden units of each layer, even, 2 to 8,192.</summary>
    public int HiddenSize { get; init; } = 256;

    /// <summary>Recurrent layers on top of each other, 1 to 8.</summary>
    public int LayerCount { get; init; } = 1;

    /// <summary>The most bits a forget gate may discard from a unit at a step.</summary>
    public ForgettingLimit ForgettingLimit { get; init; } = ForgettingLimit.ThreeBits;

    /// <summary>
    /// The longest time, in steps, that a unit of <see cref="CellKind.LeakyElman"/> or <see cref="CellKind.RevLeaky"/> remembers for to begin with, 1 to 100,000: their time constants
    /// are spread evenly over the logarithms of 1 to this. Other cells have no use for it.
    /// </summary>
    public float LongestTimeConstant { get; init; } = TimeConstants.DefaultLongest;

    /// <summary>Whether the time constants of <see cref="CellKind.LeakyElman"/> and <see cref="CellKind.RevLeaky"/> are learned; else they stay as they begin.</summary>
    public bool LearnsTimeConstants { get; init; } = true;

    /// <summary>D: levels of a <see cref="CellKind.NestedLstm"/>, 1 to 4. Other cells have no use for it.</summary>
    public int NestingDepth { get; init; } = NestedLstmSpec.DefaultDepth;

    /// <summary>K: sets of weights of a <see cref="CellKind.MixedGru"/>, 1 to 8. Other cells have no use for it.</summary>
    public int MixtureSize { get; init; } = MixedGruSpec.DefaultSets;

    /// <summary>
    /// Whether a language model's token vectors are its output weights too (Press and Wolf 2017): fewer parameters, and mostly a better model of words. The
    /// top layer then has <see cref="EmbeddingSize"/> units instead of <see cref="HiddenSize"/>.
    /// </summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>
    /// Whether a layer above the first reads the sum of the outputs and the inputs of the layer below, where those are equally long
    /// (<see cref="EmbeddingSize"/> and <see cref="HiddenSize"/> for the second layer); gradients so reach lower layers directly.
    /// </summary>
    public bool SkipConnections { get; init; }

    /// <summary>
    /// Whether a second stack of layers reads each sequence from its end (Schuster and Paliwal 1997), and the heads read the outputs of both, of H values each.
    /// For classifiers, features and the encoder of a translation; taggers and language models read forwards only.
    /// </summary>
    public bool Bidirectional { get; init; }

    /// <summary>What of a tagger's outputs is read at the next step. Other models have nothing that could be fed back.</summary>
    public FeedbackKind Feedback { get; init; }

    /// <summary>How a classifier makes one vector of the outputs over time. Language models, taggers and features have no use for it.</summary>
    public PoolingKind Pooling { get; init; } = PoolingKind.MeanMaxLast;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Defined(nameof(Cell), Cell);
        OptionCheck.Range(nameof(EmbeddingSize), EmbeddingSize, 1, 4096);
        OptionCheck.Range(nameof(HiddenSize), HiddenSize, 2, 8192);
        if (HiddenSize % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(HiddenSize), HiddenSize, $"{nameof(HiddenSize)} must be even: a reversible cell updates it in two halves.");
        if (TieEmbeddings && EmbeddingSize % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(EmbeddingSize), EmbeddingSize,
                $"{nameof(EmbeddingSize)} must be even where {nameof(TieEmbeddings)} is set: the top layer has as many units.");
        }
        OptionCheck.Range(nameof(LayerCount), LayerCount, 1, 8);
        OptionCheck.Range(nameof(NestingDepth), NestingDepth, 1, 4);
        OptionCheck.Range(nameof(MixtureSize), MixtureSize, 1, 8);
        OptionCheck.Range(nameof(LongestTimeConstant), LongestTimeConstant, 1, 100_000);
        OptionCheck.Defined(nameof(ForgettingLimit), ForgettingLimit);
        OptionCheck.Defined(nameof(Pooling), Pooling);
        OptionCheck.Defined(nameof(Feedback), Feedback);
    }
}
