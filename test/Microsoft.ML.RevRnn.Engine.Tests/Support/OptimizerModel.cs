using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A padded matrix, a bias and an embedding under an optimiser, with gradients to be given.</summary>
internal sealed unsafe class OptimizerModel : IDisposable
{
    public const int Vocabulary = 9;
    public const int Width = 5;

    private readonly WorkerTeam _team;

    public OptimizerModel(OptimizerKind kind = OptimizerKind.AdamW, SimdWidth width = SimdWidth.Bits256, int threads = 1, int size = 4)
    {
        _team = new WorkerTeam(threads);
        int[] spread = [.. Enumerable.Range(0, size).Select(i => i + i / 3)];
        var stride = PackedMatrix.RoundUp(spread[^1] + 1);
        Matrix = new Parameter("matrix", spread, spread[^1] + 1, spread, stride);
        Bias = new Parameter("bias", [0], 1, spread, stride) { IsDecayed = false };
        Embedding = new EmbeddingTable(Vocabulary, Parameter.Identity(Width), PackedMatrix.RoundUp(Width), isDense: false);
        foreach (var parameter in Parameters)
            parameter.InitializeUniform(1, 1);
        Optimizer = kind == OptimizerKind.Sgd
            ? new SgdOptimizer([Matrix, Bias], [Embedding], _team)
            : new AdamOptimizer([Matrix, Bias], [Embedding], _team, width);
    }

    public Parameter Matrix { get; }

    public Parameter Bias { get; }

    public EmbeddingTable Embedding { get; }

    public Optimizer Optimizer { get; }

    public Parameter[] Parameters => [Matrix, Bias, Embedding.Value];

    /// <summary>Tokens of the present batch.</summary>
    public int[] Tokens { get; private set; } = [];

    /// <summary>Sets all gradients, up to <paramref name="scale"/> in magnitude; returns those of each parameter's elements.</summary>
    public Dictionary<Parameter, float[]> RandomGradients(int seed, float scale)
    {
        var random = new Random(seed);
        Tokens = [.. Enumerable.Range(0, Vocabulary).Where(_ => random.Next(2) == 0), seed % Vocabulary];
        var batch = new PackedBatch();
        batch.Fill([Tokens], [0], 0);
        Embedding.BeginGradient(batch);
        var gradients = Parameters.ToDictionary(parameter => parameter, parameter => new float[parameter.Rows * parameter.Columns]);
        foreach (var (parameter, values) in gradients)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var (row, column) = (i / parameter.Columns, i % parameter.Columns);
                var slot = parameter == Embedding.Value ? Embedding.Touched.IndexOf(row) : 0;
                if (slot < 0)
                    continue;
                values[i] = scale * (2 * random.NextSingle() - 1);
                if (parameter == Embedding.Value)
                    Embedding.Gradient[slot * Embedding.Stride + column] = values[i];
                else
                    GradientPosition(parameter, row, column) = values[i];
            }
        }
        return gradients;
    }

    /// <summary>The logical elements, row after row.</summary>
    public static IEnumerable<float> Elements(Parameter parameter)
    {
        for (var row = 0; row < parameter.Rows; row++)
        {
            for (var column = 0; column < parameter.Columns; column++)
                yield return parameter.At(row, column);
        }
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        foreach (var parameter in (IDisposable[])[Matrix, Bias, Embedding, _team])
            parameter.Dispose();
    }

    /// <summary>Gradients lie where the values do.</summary>
    private static ref float GradientPosition(Parameter parameter, int row, int column)
    {
        fixed (float* value = &parameter.At(row, column))
            return ref parameter.Gradient[value - parameter.Value];
    }
}
