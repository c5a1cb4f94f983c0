using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>All that a classifier has learned: the stack, and the linear map from its pooled outputs to C classes.</summary>
internal sealed class ClassifierParameters : IDisposable
{
    public ClassifierParameters(StackOptions options, int classCount)
    {
        ClassCount = classCount;
        Stack = new StackParameters(options);
        var shape = options.Shape(options.Layers - 1);
        var columns = new int[2 * shape.Units];
        for (var unit = 0; unit < shape.Units; unit++)
        {
            columns[unit] = shape.StateIndex(unit);
            columns[shape.Units + unit] = shape.StateStride + shape.StateIndex(unit);
        }
        Weight = new Parameter("classes.weight", Parameter.Identity(classCount), classCount, columns, 2 * shape.StateStride);
        Bias = new Parameter("classes.bias", [0], 1, Parameter.Identity(classCount), PackedMatrix.RoundUp(classCount)) { IsDecayed = false };
    }

    /// <summary>C.</summary>
    public int ClassCount { get; }

    public StackParameters Stack { get; }

    /// <summary>[C, 2 H]: means, then maxima.</summary>
    public Parameter Weight { get; }

    /// <summary>[1, C].</summary>
    public Parameter Bias { get; }

    /// <summary>All but the embedding, in the order of the model file.</summary>
    public IEnumerable<Parameter> Dense => [.. Stack.Dense, Weight, Bias];

    public void Initialize(ulong seed)
    {
        Stack.Initialize(seed);
        Weight.InitializeUniform(seed, 1f / MathF.Sqrt(Weight.Columns));
    }

    public void Dispose()
    {
        Stack.Dispose();
        Weight.Dispose();
        Bias.Dispose();
    }
}
