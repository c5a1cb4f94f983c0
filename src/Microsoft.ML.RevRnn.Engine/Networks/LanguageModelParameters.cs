using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>All that a next-token model has learned: the stack, and the linear map from its outputs to V tokens.</summary>
internal sealed class LanguageModelParameters : IDisposable
{
    private bool _detached;

    public LanguageModelParameters(StackOptions options)
    {
        Stack = new StackParameters(options);
        var shape = options.Shape(options.Layers - 1);
        var columns = new int[options.Units];
        for (var unit = 0; unit < options.Units; unit++)
            columns[unit] = shape.StateIndex(unit);
        Weight = new Parameter("tokens.weight", Parameter.Identity(options.Vocabulary), options.Vocabulary, columns, shape.StateStride);
        Bias = new Parameter("tokens.bias", [0], 1, Parameter.Identity(options.Vocabulary), PackedMatrix.RoundUp(options.Vocabulary)) { IsDecayed = false };
    }

    public StackParameters Stack { get; }

    /// <summary>[V, H].</summary>
    public Parameter Weight { get; }

    /// <summary>[1, V].</summary>
    public Parameter Bias { get; }

    /// <summary>All but the embedding, in the order of the model file.</summary>
    public IEnumerable<Parameter> Dense => [.. Stack.Dense, Weight, Bias];

    public void Initialize(ulong seed)
    {
        Stack.Initialize(seed);
        Weight.InitializeUniform(seed, 1f / MathF.Sqrt(Weight.Columns));
    }

    /// <summary>Gives the stack away: it is no longer disposed of with the rest.</summary>
    public StackParameters DetachStack()
    {
        _detached = true;
        return Stack;
    }

    public void Dispose()
    {
        if (!_detached)
            Stack.Dispose();
        Weight.Dispose();
        Bias.Dispose();
    }
}
