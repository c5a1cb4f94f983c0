using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>The learned matrices of Luong's attention, without biases.</summary>
internal sealed class AttentionParameters : IDisposable
{
    public AttentionParameters(AttentionShape shape)
    {
        var units = shape.Decoder.Top.StateColumns();
        if (shape.Score == AttentionScore.General)
            Query = new Parameter("attention.query", shape.ContextColumns, shape.ContextStride, units, shape.StateStride);
        int[] joined = [.. shape.ContextColumns, .. units.Select(column => shape.ContextStride + column)];
        Output = new Parameter("attention.output", Parameter.Identity(shape.OutputSize), shape.OutputSize, joined, shape.JoinedStride);
    }

    /// <summary>[C, H]: makes of the decoder's output what contexts are compared with; null where it is compared itself.</summary>
    public Parameter? Query { get; }

    /// <summary>[H, C + H]: makes of the mean context and the decoder's output what tokens are told from.</summary>
    public Parameter Output { get; }

    /// <summary>All, in the order of the model file.</summary>
    public IEnumerable<Parameter> All => Query == null ? [Output] : [Query, Output];

    /// <summary>Uniform within 1 / sqrt(columns).</summary>
    public void Initialize(ulong seed)
    {
        foreach (var parameter in All)
            parameter.InitializeUniform(seed, 1f / MathF.Sqrt(parameter.Columns));
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }
}
