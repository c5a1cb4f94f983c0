using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// What a translation is made of: its two networks, and how the context of a source token lies in a row. First comes its vector, as padded as in its table, then the slices of the
/// encoder's directions, without padding between them.
/// </summary>
internal sealed class AttentionShape
{
    private readonly CellShape _top;

    /// <param name="encoder">The network that reads sources.</param>
    /// <param name="targetVocabulary">Vt.</param>
    /// <param name="context">What attention reads of a source token.</param>
    /// <param name="sliceSize">k, of contexts with a slice.</param>
    /// <param name="score">How it compares.</param>
    /// <exception cref="ArgumentException">They do not fit together.</exception>
    public AttentionShape(NetworkShape encoder, int targetVocabulary, AttentionContext context, int sliceSize, AttentionScore score)
    {
        Encoder = encoder;
        Decoder = new NetworkShape(encoder.Options with { Bidirectional = false }, targetVocabulary);
        Context = context;
        Score = score;
        HasEmbedding = context is AttentionContext.Embedding or AttentionContext.EmbeddingAndSlice;
        _top = Decoder.Top;
        StateStride = _top.StateStride;
        OutputSize = _top.Units;
        var units = OutputSize;
        UnitsRead = context switch
        {
            AttentionContext.Hidden => units,
            AttentionContext.Embedding => 0,
            _ => sliceSize,
        };
        Check(encoder.Options, sliceSize);
        EmbeddingStride = HasEmbedding ? encoder.EmbeddingLayout?.StateStride ?? PackedMatrix.RoundUp(encoder.Options.EmbeddingSize) : 0;
        SliceLength = UnitsRead * encoder.Directions;
        ContextStride = PackedMatrix.RoundUp(EmbeddingStride + SliceLength);
        var embedding = !HasEmbedding ? [] : encoder.EmbeddingLayout?.StateColumns() ?? Parameter.Identity(encoder.Options.EmbeddingSize);
        ContextColumns = [.. embedding, .. Enumerable.Range(EmbeddingStride, SliceLength)];
        if (score == AttentionScore.Dot && ContextColumns.Length != units)
        {
            throw new ArgumentException(
                $"{nameof(TranslationOptions.Score)} is {score}, which compares {units} units of the decoder with as many values, and {nameof(TranslationOptions.Context)} {context} " +
                $"has {ContextColumns.Length}; take {AttentionScore.General}, or a context of {units} values.", nameof(score));
        }
        UnitColumns = [.. _top.StateColumns()[..UnitsRead]];
        OutputStride = PackedMatrix.RoundUp(units);
    }

    /// <summary>The network that reads sources.</summary>
    public NetworkShape Encoder { get; }

    /// <summary>The one that writes targets.</summary>
    public NetworkShape Decoder { get; }

    public AttentionContext Context { get; }

    public AttentionScore Score { get; }

    /// <summary>Whether token vectors are in the context.</summary>
    public bool HasEmbedding { get; }

    /// <summary>k: units that are read of each direction.</summary>
    public int UnitsRead { get; }

    /// <summary>Where they lie in a direction's row of outputs.</summary>
    public int[] UnitColumns { get; }

    /// <summary>Length of a token vector's part of a context, 0 where there is none.</summary>
    public int EmbeddingStride { get; }

    /// <summary>D k: values that are kept of each source token.</summary>
    public int SliceLength { get; }

    /// <summary>Length of a context, padded.</summary>
    public int ContextStride { get; }

    /// <summary>Where the C values of a context lie in its row.</summary>
    public int[] ContextColumns { get; }

    /// <summary>H: units of the decoder's top layer, and values of the vector that tokens are told from.</summary>
    public int OutputSize { get; }

    /// <summary>Length of such a vector, padded.</summary>
    public int OutputStride { get; }

    /// <summary>Length of a row of states, of the decoder and of each direction of the encoder.</summary>
    public int StateStride { get; }

    /// <summary>Length of a context and the decoder's output side by side.</summary>
    public int JoinedStride => ContextStride + StateStride;

    /// <summary>Lays the units of the decoder's output out like a context, where it is compared itself.</summary>
    public unsafe void Arrange(float* states, float* query)
    {
        new Span<float>(query, ContextStride).Clear();
        for (var i = 0; i < ContextColumns.Length; i++)
            query[ContextColumns[i]] = states[_top.StateIndex(i)];
    }

    /// <summary>sum = addend + what <see cref="Arrange"/> undone makes of the gradient by a query.</summary>
    public unsafe void AddArranged(float* query, float* addend, float* sum)
    {
        new ReadOnlySpan<float>(addend, StateStride).CopyTo(new Span<float>(sum, StateStride));
        for (var i = 0; i < ContextColumns.Length; i++)
            sum[_top.StateIndex(i)] += query[ContextColumns[i]];
    }

    private void Check(NetworkOptions network, int sliceSize)
    {
        if (network.TieEmbeddings)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.TieEmbeddings)} is set, which is of language models; a translation's token vectors may be shared by its sides, " +
                $"{nameof(TranslationOptions.SharedVocabulary)}, and are no output weights.", nameof(network));
        }
        if (UnitsRead > network.HiddenSize || sliceSize < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(sliceSize), sliceSize,
                $"{nameof(TranslationOptions.SliceSize)} is {sliceSize}; it must be from 1 to {network.HiddenSize}, {nameof(NetworkOptions.HiddenSize)}.");
        }
    }
}
