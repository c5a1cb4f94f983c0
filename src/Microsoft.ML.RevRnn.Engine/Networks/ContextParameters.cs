using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// The learned maps of a context v, [C], to a stack: S [C, H] and s [1, H] of each layer's states, where those start from it, and R [C, N G P] to the first layer's gates, those that
/// read the input, where it enters at each step.
/// </summary>
internal sealed class ContextParameters : IDisposable
{
    private readonly CellShape[] _layers;

    public ContextParameters(NetworkShape shape, ContextShape context)
    {
        Context = context;
        _layers = [.. Enumerable.Range(0, shape.Layers).Select(shape.Layer)];
        if (context.StartsStates)
        {
            States = [.. _layers.Select((layer, index) => layer.Spec.States.Select(state => Map(layer, $"context.layer{index}.{state}", context.Size)).ToArray())];
            Biases = [.. _layers.Select((layer, index) => layer.Spec.States.Select(state => Map(layer, $"context.layer{index}.{state}.bias", rows: 1)).ToArray())];
        }
        if (context.EntersSteps)
            Input = new Parameter("context.input", Parameter.Identity(context.Size), context.Size, LayerParameters.InputColumns(_layers[0]), _layers[0].GateRow) { HasOutputColumns = true };
    }

    public ContextShape Context { get; }

    /// <summary>S of each layer and state; empty where none starts from the context.</summary>
    public Parameter[][] States { get; } = [];

    /// <summary>s of each layer and state.</summary>
    public Parameter[][] Biases { get; } = [];

    /// <summary>R; null where the context does not enter at each step.</summary>
    public Parameter? Input { get; }

    /// <summary>All, in the order of the model file: S and s of each layer and state, R.</summary>
    public IEnumerable<Parameter> All
    {
        get
        {
            for (var layer = 0; layer < States.Length; layer++)
            {
                for (var state = 0; state < States[layer].Length; state++)
                {
                    yield return States[layer][state];
                    yield return Biases[layer][state];
                }
            }
            if (Input != null)
                yield return Input;
        }
    }

    /// <summary>How many values a context's maps have.</summary>
    public static long ValueCount(NetworkShape shape, ContextShape context)
    {
        var values = 0L;
        for (var layer = 0; layer < shape.Layers && context.StartsStates; layer++)
            values += (context.Size + 1L) * shape.UnitsOf(layer) * shape.Layer(layer).StateCount;
        return values + (context.EntersSteps ? (long)context.Size * LayerParameters.InputColumns(shape.Layer(0)).Length : 0);
    }

    /// <summary>Uniform within <see cref="CellSpec.InitialBound"/>; s is zero.</summary>
    public void Initialize(ulong seed)
    {
        for (var layer = 0; layer < States.Length; layer++)
        {
            foreach (var map in States[layer])
                map.InitializeUniform(seed, _layers[layer].Spec.InitialBound(_layers[layer]));
        }
        Input?.InitializeUniform(seed, _layers[0].Spec.InitialBound(_layers[0]));
    }

    public void Dispose()
    {
        foreach (var parameter in All)
            parameter.Dispose();
    }

    private static Parameter Map(CellShape layer, string name, int rows)
        => new(name, Parameter.Identity(rows), rows, layer.StateColumns(), layer.StateStride) { IsDecayed = rows > 1, HasOutputColumns = true };
}
