using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Selection;

/// <summary>
/// Neurons that are chosen from together: the values of a token's vector, or the units of a layer. A neuron's own weights make its value, and its readers' weights are
/// multiplied by it: so a gate on the value, s h, is a factor of these, and a neuron whose gate is 0 can be cut with both.
/// </summary>
internal sealed class NeuronGroup
{
    private NeuronGroup(int count, int halves, bool isFixed)
    {
        Count = count;
        Halves = halves;
        IsFixed = isFixed;
    }

    public int Count { get; }

    /// <summary>2 for the units of a reversible layer, of each half of which as many are kept; else 1.</summary>
    public int Halves { get; }

    /// <summary>Whether all are kept.</summary>
    public bool IsFixed { get; }

    /// <summary>The layer whose units they are; null of a token's vector.</summary>
    public CellShape? Layer { get; private init; }

    /// <summary>The group that this layer reads; null of a token's vector.</summary>
    public NeuronGroup? Below { get; private init; }

    /// <summary>What makes their values.</summary>
    public List<NeuronWeights> Own { get; } = [];

    /// <summary>What their values are multiplied by.</summary>
    public List<NeuronWeights> Readers { get; } = [];

    /// <summary>The groups of a network: the values of tokens' vectors, then the layers of each direction.</summary>
    /// <param name="network">The network.</param>
    /// <param name="selectsInputs">Whether there is a choice among the former.</param>
    /// <exception cref="ArgumentException">The network is not of a kind that neurons can be cut from.</exception>
    public static IReadOnlyList<NeuronGroup> Of(NetworkParameters network, bool selectsInputs)
    {
        var shape = network.Network;
        Check(shape, selectsInputs);
        var inputs = new NeuronGroup(shape.Options.EmbeddingSize, halves: 1, isFixed: !selectsInputs);
        inputs.Own.Add(new(network.Encoder.Embedding.Value, InRows: false, 0, inputs.Count, 0));
        var groups = new List<NeuronGroup> { inputs };
        for (var direction = 0; direction < shape.Directions; direction++)
        {
            var below = inputs;
            foreach (var layer in network.Encoder.Stacks[direction].Layers)
            {
                below.Readers.Add(new(layer.Input, InRows: true, 0, below.Count, 0));
                below = OfLayer(layer, below, isFixed: shape.Options.TieEmbeddings && layer == network.Encoder.Stacks[direction].Layers[^1]);
                groups.Add(below);
            }
            if (!below.IsFixed)
                AddOutputs(below, network, direction);
        }
        return groups;
    }

    /// <summary>Checks that neurons can be cut.</summary>
    /// <param name="shape">Of what.</param>
    /// <param name="selectsInputs">Whether values of tokens' vectors are to be.</param>
    /// <exception cref="ArgumentException">They cannot; the message says why not.</exception>
    public static void Check(NetworkShape shape, bool selectsInputs)
    {
        if (!shape.IsRecurrent || shape.Top.Spec.MadeOf(shape.Top) != null)
        {
            throw new ArgumentException(!shape.IsRecurrent
                ? $"{nameof(NetworkOptions.Structure)} is {shape.Options.Structure}, and neurons are cut from layers; train a network that reads token after token."
                : $"{shape.Options.Cell} has recurrent weights that all of its neurons share, so none can be cut; train another cell.");
        }
        if (shape.Options.TieEmbeddings && (selectsInputs || shape.Layers == 1))
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.TieEmbeddings)} is set, so the top layer's units and the values of tokens' vectors are one; neurons can be cut from the layers below only. " +
                (selectsInputs ? $"Leave {nameof(ShrinkOptions.InputKeepFraction)} at 1." : "This network has none; train one whose vectors are not tied."));
        }
        if (shape.Top.HasStages)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Cell)} is {shape.Options.Cell}, which makes gates of gates, so that a neuron is not cut by its own weights alone; train a network of another cell.");
        }
        if (Enumerable.Range(0, shape.Layers).Any(shape.SkipsTo))
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.SkipConnections)} is set, so layers add each other's units, and none can be cut from one alone; train a network without.");
        }
    }

    private static NeuronGroup OfLayer(LayerParameters layer, NeuronGroup below, bool isFixed)
    {
        var (shape, half) = (layer.Shape, layer.Shape.Half);
        var group = new NeuronGroup(shape.Units, shape.Halves, isFixed) { Layer = shape, Below = below };
        for (var h = 0; h < shape.Halves; h++)
        {
            AddColumns(group, layer.Input, h, h, gate => gate.ReadsInput);
            AddColumns(group, layer.Bias, h, h, _ => true);
            AddColumns(group, layer.Hidden[h], h, 0, gate => gate.ReadsHidden);
            group.Readers.Add(new(layer.Hidden[h], InRows: true, Read(shape, h) * half, half, 0));
        }
        foreach (var (inner, stage) in layer.Inner.Zip(shape.Spec.Stages))
            AddInner(group, inner, stage, half);
        return group;
    }

    /// <summary>A further product within a step reads vectors of as many units and makes gates of them: a unit is cut from all.</summary>
    private static void AddInner(NeuronGroup group, Parameter inner, CellStage stage, int units)
    {
        for (var read = 0; read < stage.Reads; read++)
            group.Readers.Add(new(inner, InRows: true, 0, units, read * units));
        for (var gate = 0; gate < stage.Gates.Count; gate++)
            group.Own.Add(new(inner, InRows: false, 0, units, gate * units));
    }

    /// <summary>The columns of a half's gates. A unit of the reset gate is that of the unit whose value it resets.</summary>
    private static void AddColumns(NeuronGroup group, Parameter matrix, int half, int place, Func<GateSpec, bool> condition)
    {
        var shape = group.Layer!;
        GateSpec[] gates = [.. shape.Spec.Gates.Where(condition)];
        for (var gate = 0; gate < gates.Length; gate++)
        {
            var of = gates[gate].Resets ? Read(shape, half) : half;
            group.Own.Add(new(matrix, InRows: false, of * shape.Half, shape.Half, (place * gates.Length + gate) * shape.Half));
        }
    }

    /// <summary>The half that a half reads: the other one if there is one.</summary>
    private static int Read(CellShape shape, int half) => shape.Halves - 1 - half;

    /// <summary>What the head reads of a direction's top layer.</summary>
    private static void AddOutputs(NeuronGroup top, NetworkParameters network, int direction)
    {
        var weight = network.Output.Weight;
        var outputs = network.Network.OutputSize;
        for (var part = 0; part < weight.Columns / outputs; part++)
            top.Readers.Add(new(weight, InRows: false, 0, top.Count, part * outputs + direction * top.Count));
        if (network.Attention is { } attention)
            top.Readers.Add(new(attention, InRows: false, 0, top.Count, direction * top.Count));
    }
}
