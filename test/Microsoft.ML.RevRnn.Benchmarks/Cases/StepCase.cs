using System.Globalization;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A training step to measure, written as RevLstm/Reversible/T70/B64/H650.</summary>
internal sealed record StepCase(CellKind Cell, ActivationStrategy Strategy, StepShape Shape)
{
    /// <summary>That of a reversible cell.</summary>
    public CellArithmetic Arithmetic { get; init; } = CellArithmetic.Reversible;

    public int Layers { get; init; } = 1;

    /// <summary>Whether layers work side by side; null for where the engine lets them.</summary>
    public WaveShape? Wave { get; init; }

    /// <summary>How long its chunks are; null for as long as the engine makes them.</summary>
    public ChunkLength? Chunk { get; init; }

    public override string ToString() => $"{Cell}/{Strategy}/{(Layers > 1 ? $"L{Layers}/" : "")}{Shape}";

    public static StepCase Parse(string name)
    {
        var parts = name.Split('/');
        if (parts.Length != 5)
            throw new FormatException($"'{name}' is no case; cases are written as RevLstm/Reversible/T70/B64/H650.");
        return new StepCase(
            Enum.Parse<CellKind>(parts[0]), Enum.Parse<ActivationStrategy>(parts[1]),
            new StepShape(Number(parts[2]), Number(parts[3]), Number(parts[4])));
    }

    private static int Number(string part) => int.Parse(part.AsSpan(1), CultureInfo.InvariantCulture);
}
