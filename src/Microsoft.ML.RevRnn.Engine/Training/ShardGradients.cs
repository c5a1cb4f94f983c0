using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The gradients of a trainer as one vector: those of parameters that are dense and learned, one after another, then the rows of token vectors that the step has to do with.
/// </summary>
/// <param name="trainer">Computes them.</param>
internal sealed class ShardGradients(IShardTrainer trainer)
{
    private readonly Parameter[] _dense = [.. trainer.Parameters.Dense];

    /// <summary>The tokens of the step, of each table.</summary>
    public TokenUnion[] Unions { get; } = [.. trainer.Tables.Select(table => new TokenUnion(table))];

    /// <summary>Values of the vector.</summary>
    public int Length
    {
        get
        {
            long length = 0;
            foreach (var parameter in _dense)
                length += parameter.RateFactor == 0 ? 0 : parameter.Gradients.Length;
            foreach (var union in Unions)
                length += union.Length;
            return checked((int)length);
        }
    }

    /// <summary>Begins a step, of no tokens yet.</summary>
    public void Begin()
    {
        foreach (var union in Unions)
            union.Clear();
    }

    /// <summary>Adds what the trainer has now, times a weight, to a vector; the trainer then has none.</summary>
    public void AddTo(Span<float> vector, float weight)
    {
        foreach (var parameter in _dense)
        {
            if (parameter.RateFactor == 0)
                continue;
            var part = vector[..parameter.Gradients.Length];
            TensorPrimitives.FusedMultiplyAdd(parameter.Gradients, weight, part, part);
            vector = vector[part.Length..];
        }
        foreach (var union in Unions)
        {
            union.AddGradients(vector, weight);
            vector = vector[union.Length..];
        }
        trainer.DiscardGradients();
    }

    /// <summary>Gives the trainer a vector, times a scale.</summary>
    public void Set(ReadOnlySpan<float> vector, float scale)
    {
        foreach (var parameter in _dense)
        {
            if (parameter.RateFactor == 0)
                continue;
            TensorPrimitives.Multiply(vector[..parameter.Gradients.Length], scale, parameter.Gradients);
            vector = vector[parameter.Gradients.Length..];
        }
        foreach (var union in Unions)
        {
            union.SetGradients(vector[..union.Length], scale);
            vector = vector[union.Length..];
        }
    }
}
