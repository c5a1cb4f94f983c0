using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>One layer with random weights over a batch with random inputs and output gradients: T steps, B rows, I inputs, H units.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Limit">The most bits that a gate forgets.</param>
/// <param name="Steps">T.</param>
/// <param name="Rows">B.</param>
/// <param name="Inputs">I.</param>
/// <param name="Units">H.</param>
/// <param name="Chunk">Steps of a chunk.</param>
/// <param name="IsRagged">Whether rows have lengths of their own, the first one T.</param>
internal sealed record LayerCase(CellKind Cell, ForgettingLimit Limit, int Steps, int Rows, int Inputs, int Units, int Chunk, bool IsRagged)
{
    /// <summary>Factor of the initial weights: trained ones are larger, and their gates less even.</summary>
    public float Scale { get; init; } = 3;

    public CellShape Shape { get; } = new(Cell, Inputs, Units);

    /// <summary>The strategies that the cell can do with.</summary>
    public IEnumerable<LayerStrategy> Strategies => Enum.GetValues<LayerStrategy>().Where(strategy => Shape.IsReversible
        || strategy is LayerStrategy.Stored or LayerStrategy.Checkpointed);

    public override string ToString() => $"T{Steps}/B{Rows}/I{Inputs}/H{Units}/chunk{Chunk}{(IsRagged ? "/ragged" : "")}";

    public int InputStride => PackedMatrix.RoundUp(Inputs);

    /// <summary>The rows' lengths, by tokens that do not matter.</summary>
    public PackedBatch Batch()
    {
        var batch = new PackedBatch();
        var random = new Random(7);
        var sequences = new int[Rows][];
        for (var row = 0; row < Rows; row++)
            sequences[row] = new int[IsRagged && row > 0 ? random.Next(1, Steps + 1) : Steps];
        batch.Fill(sequences, Parameter.Identity(Rows), 0);
        return batch;
    }

    public LayerParameters Parameters()
    {
        var parameters = new LayerParameters("checked", Shape, Parameter.Identity(Inputs), InputStride);
        parameters.Initialize(seed: 1);
        foreach (var parameter in parameters.All)
        {
            foreach (ref var value in parameter.Values)
                value *= Scale;
            parameter.EnableGradient();
        }
        return parameters;
    }

    /// <summary>[flat, input stride].</summary>
    public float[] InputValues(int flatRows)
    {
        var random = new Random(2);
        var values = new float[(long)flatRows * InputStride];
        for (var i = 0; i < values.Length; i++)
            values[i] = i % InputStride < Inputs ? random.NextSingle() * 2 - 1 : 0;
        return values;
    }

    /// <summary>[flat, state stride].</summary>
    public float[] OutputGradientValues(int flatRows)
    {
        var random = new Random(3);
        var values = new float[(long)flatRows * Shape.StateStride];
        for (var row = 0; row < flatRows; row++)
        {
            for (var unit = 0; unit < Units; unit++)
                values[row * Shape.StateStride + Shape.StateIndex(unit)] = random.NextSingle() * 0.02f - 0.01f;
        }
        return values;
    }
}
