using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Given values as what a stack reads: a token is the number of a row of a table that is learned by nobody.</summary>
/// <param name="rows">Rows of the table.</param>
/// <param name="width">Values of a row.</param>
internal sealed unsafe class StepValues(int rows, int width) : IStackInput
{
    private readonly float[] _values = new float[rows * width];

    public int Stride { get; } = PackedMatrix.RoundUp(width);

    public int Vocabulary => rows;

    /// <summary>A row for each token, with 1 in its own place.</summary>
    public static StepValues OneHot(int tokens)
    {
        var values = new StepValues(tokens, tokens);
        for (var token = 0; token < tokens; token++)
            values.Row(token)[token] = 1;
        return values;
    }

    public Span<float> Row(int token) => _values.AsSpan(token * width, width);

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
    }

    public void Write(ReadOnlySpan<int> tokens, float* inputs)
    {
        foreach (var token in tokens)
        {
            var row = new Span<float>(inputs, Stride);
            row.Clear();
            Row(token).CopyTo(row);
            inputs += Stride;
        }
    }

    public void Mask(ReadOnlySpan<int> tokens, float* rows)
    {
    }

    public void BeginGradient()
    {
    }

    public void AddGradient(ReadOnlySpan<int> tokens, float* gradient, WorkerTeam team, int worker)
    {
    }
}
