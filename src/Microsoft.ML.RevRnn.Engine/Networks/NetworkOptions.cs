using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn;

/// <summary>The shape of a recurrent network.</summary>
public sealed record NetworkOptions
{
    /// <summary>The recurrent cell.</summary>
    public CellKind Cell { get; init; } = CellKind.RevLstm;

    /// <summary>
    /// In what order a text is read: token after token by <see cref="Cell"/>, or over a tree, which has a cell of its own, one layer of <see cref="HiddenSize"/> units and one direction, or
    /// by a memory network, whose vectors have as many values. Trees and memory networks are for classifiers.
    /// </summary>
    public NetworkStructure Structure { get; init; }

    /// <summary>
    /// The part of a tree's units, 0 to 1, that begin as carriers: half of them keep the c of a node's left tree, half that of the right one, and let in little else; so the first and the last
    /// token of a balanced tree reach the root of any text, and learning begins there. 0, the default, is the authors' start: all forget gates in the middle, which leaves 1 / 2^d of what is
    /// d nodes below the root. For texts of more than ten tokens or so in which places matter. Sequences have no use for it, and a trained network none any more: it is not in a file.
    /// </summary>
    public float CarryFraction { get; init; }

    /// <summary>I: the length of the learned vector of a token, 1 to 4,096.</summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>H: hidden units of each layer, even, 2 to 8,192.</summary>
    public int HiddenSize { get; init; } = 256;

    /// <summary>Recurrent layers on top of each other, 1 to 8; of a memory network how often it reads its memories, K.</summary>
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
    /// For classifiers, taggers, features and the encoder of a translation; language models, and taggers with <see cref="Feedback"/>, read forwards only.
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
        OptionCheck.Range(nameof(CarryFraction), CarryFraction, 0, 1);
        OptionCheck.Defined(nameof(ForgettingLimit), ForgettingLimit);
        OptionCheck.Defined(nameof(Pooling), Pooling);
        OptionCheck.Defined(nameof(Feedback), Feedback);
        if (Bidirectional && Feedback != FeedbackKind.None)
        {
            throw new ArgumentOutOfRangeException(nameof(Feedback), Feedback,
                $"{nameof(Feedback)} must be {FeedbackKind.None} where {nameof(Bidirectional)} is set: who reads from the end meets a token before the class of the one before it is known.");
        }
        OptionCheck.Defined(nameof(Structure), Structure);
        if (Structure != NetworkStructure.Sequence)
            CheckWholeText();
    }

    /// <summary>Checks that a network reads token after token, where it must.</summary>
    /// <exception cref="ArgumentException">It does not; the message names the option and why not.</exception>
    internal void RequireSequence(string who)
    {
        if (Structure != NetworkStructure.Sequence)
        {
            throw new ArgumentException(
                $"{nameof(Structure)} is {Structure}; {who} reads token after token, and this needs the whole text. Use {nameof(NetworkStructure.Sequence)}.", nameof(Structure));
        }
    }

    private void CheckWholeText()
    {
        if (LayerCount > 1 && Structure != NetworkStructure.MemoryNetwork)
            throw new ArgumentOutOfRangeException(nameof(LayerCount), LayerCount, $"{nameof(LayerCount)} must be 1 where {nameof(Structure)} is {Structure}: its depth is the tree's.");
        foreach (var (option, isSet) in (ReadOnlySpan<(string, bool)>)
            [(nameof(TieEmbeddings), TieEmbeddings), (nameof(SkipConnections), SkipConnections), (nameof(Bidirectional), Bidirectional)])
        {
            if (isSet)
                throw new ArgumentOutOfRangeException(option, true, $"{option} must be unset where {nameof(Structure)} is {Structure}, which has no direction, and no layers on top of each other.");
        }
    }
}
