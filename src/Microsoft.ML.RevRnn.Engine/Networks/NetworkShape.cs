using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A network's options, and what they imply of its layers.</summary>
/// <param name="Options">The options.</param>
/// <param name="Vocabulary">V.</param>
internal sealed record NetworkShape(NetworkOptions Options, int Vocabulary)
{
    /// <summary>The context that is given with each sequence; null for none.</summary>
    public ContextShape? Context { get; init; }

    /// <summary>C, the classes whose vectors are fed back; 0 for none.</summary>
    public int FedBack { get; init; }

    /// <summary>Learned vectors: of tokens, and of classes that are fed back.</summary>
    public int VectorCount => Vocabulary + FedBack;

    /// <summary>Recurrent layers of a direction.</summary>
    public int Layers => Options.LayerCount;

    /// <summary>1, or 2 where a second stack reads each sequence from its end.</summary>
    public int Directions => Options.Bidirectional ? 2 : 1;

    /// <summary>Shape of a direction's top layer.</summary>
    public CellShape Top => Layer(Layers - 1);

    /// <summary>Values of an output: the top layers' units, of all directions.</summary>
    public int OutputSize => Directions * UnitsOf(Layers - 1);

    /// <summary>Length of a row of outputs, padded.</summary>
    public int OutputStride => Directions * Top.StateStride;

    /// <summary>A token vector laid out like the states that it is added to or compared with; null where there are none.</summary>
    public CellShape? EmbeddingLayout => Options.TieEmbeddings ? Top : SkipsTo(1) ? Layer(0) : null;

    /// <summary>H of layer <paramref name="layer"/>.</summary>
    public int UnitsOf(int layer) => Options.TieEmbeddings && layer == Layers - 1 ? Options.EmbeddingSize : Options.HiddenSize;

    /// <summary>Whether layer <paramref name="layer"/> reads h + x of the layer below instead of h: where there are skips, and both are equally long.</summary>
    public bool SkipsTo(int layer) => Options.SkipConnections && layer > 0 && layer < Layers
        && (layer == 1 ? Options.EmbeddingSize : UnitsOf(layer - 2)) == UnitsOf(layer - 1);

    /// <summary>Where the values of an output lie in its row.</summary>
    public int[] OutputColumns()
    {
        var columns = Top.StateColumns();
        var stride = Top.StateStride;
        return [.. Enumerable.Range(0, Directions).SelectMany(direction => columns.Select(column => direction * stride + column))];
    }

    /// <summary>Whether there are recurrent layers.</summary>
    public bool IsRecurrent => Options.Structure == NetworkStructure.Sequence;

    /// <summary>Whether there is a tree instead.</summary>
    public bool IsTree => Options.Structure is NetworkStructure.BalancedTree or NetworkStructure.GivenTree;

    /// <summary>Whether there are memories instead.</summary>
    public bool IsMemoryNetwork => Options.Structure == NetworkStructure.MemoryNetwork;

    /// <summary>Learned values of a direction's layers, or of what there is instead.</summary>
    public long LayerValues => IsTree ? TreeParameters.Count(Options)
        : IsMemoryNetwork ? MemoryParameters.Count(Options)
        : Enumerable.Range(0, Layers).Sum(layer => Layer(layer).ParameterCount);

    /// <summary>Shape of layer <paramref name="layer"/>; what is not recurrent has vectors like an LSTM's states.</summary>
    public CellShape Layer(int layer) => new(IsRecurrent ? SpecOf(Options) : CellSpec.Of(CellKind.Lstm), layer == 0 ? Options.EmbeddingSize : UnitsOf(layer - 1), UnitsOf(layer));

    /// <summary>The cell, with what the options say of it.</summary>
    private static CellSpec SpecOf(NetworkOptions options) => options.Cell switch
    {
        CellKind.LeakyElman => new LeakyElmanSpec { TimeConstants = new(options.LongestTimeConstant, options.LearnsTimeConstants) },
        CellKind.RevLeaky => new RevLeakySpec { TimeConstants = new(options.LongestTimeConstant, options.LearnsTimeConstants) },
        CellKind.NestedLstm => NestedLstmSpec.Of(options.NestingDepth),
        CellKind.MixedGru => MixedGruSpec.Of(options.MixtureSize),
        CellKind.Elman when options.Feedback == FeedbackKind.Output => new ElmanSpec(GateSource.Input),
        _ => CellSpec.Of(options.Cell),
    };
}
