using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The learned parameters of a memory network: the question, and a map from tokens' vectors for each of K + 1 memories, of which hop k looks up by the k-th and reads the next.</summary>
internal sealed class MemoryParameters : IDisposable
{
    /// <param name="shape">What the network is made of.</param>
    /// <param name="inputColumns">Where the values of a token's vector lie in its row.</param>
    /// <param name="inputStride">Length of that row.</param>
    public MemoryParameters(NetworkShape shape, int[] inputColumns, int inputStride)
    {
        Layer = shape.Layer(0);
        Hops = shape.Layers;
        InputStride = inputStride;
        MapStride = PackedMatrix.RoundUp((Hops + 1) * Layer.StateStride);
        int[] columns = [.. Enumerable.Range(0, (Hops + 1) * Layer.Units).Select(column => column / Layer.Units * Layer.StateStride + column % Layer.Units)];
        Question = new Parameter("memory.question", [0], 1, Layer.StateColumns(), Layer.StateStride) { IsDecayed = false };
        Maps = new Parameter("memory.maps", inputColumns, inputStride, columns, MapStride) { HasOutputColumns = true };
        Bias = new Parameter("memory.bias", [0], 1, columns, MapStride) { IsDecayed = false };
    }

    /// <summary>How vectors of H values lie in their rows.</summary>
    public CellShape Layer { get; }

    /// <summary>K.</summary>
    public int Hops { get; }

    public int InputStride { get; }

    /// <summary>Length of a row of all memories of a token.</summary>
    public int MapStride { get; }

    /// <summary>u_1: [1, H].</summary>
    public Parameter Question { get; }

    /// <summary>[I, (K + 1) H].</summary>
    public Parameter Maps { get; }

    /// <summary>[1, (K + 1) H].</summary>
    public Parameter Bias { get; }

    /// <summary>All, in the order of the model file.</summary>
    public Parameter[] All => [Question, Maps, Bias];

    /// <summary>Learned values of a network's memories.</summary>
    public static long Count(NetworkOptions options) => options.HiddenSize * (1 + (options.LayerCount + 1) * (options.EmbeddingSize + 1L));

    /// <summary>Uniform in +- 1 / sqrt(fan-in); the question as a vector of its length.</summary>
    public void Initialize(ulong seed)
    {
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, 1f / MathF.Sqrt(parameter == Question ? Layer.Units : Layer.Inputs));
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }
}
