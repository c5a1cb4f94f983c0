using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Rate factors for layers that know something already: lower ones learn more slowly, and later.</summary>
internal sealed class LayerRates(StackParameters parameters, FineTuningOptions options)
{
    /// <summary>Sets the factors for an epoch, from 1: layer k from the top has factor^k, and is frozen up to epoch k.</summary>
    public void BeginEpoch(int epoch)
    {
        var layers = parameters.Layers;
        for (var i = 0; i < layers.Length; i++)
        {
            foreach (var parameter in layers[i].All)
                parameter.RateFactor = Factor(layers.Length - i, epoch);
        }
        parameters.Embedding.Value.RateFactor = Factor(layers.Length + 1, epoch);
    }

    /// <summary>What was trained is ordinary parameters again.</summary>
    public void End()
    {
        foreach (var parameter in parameters.Layers.SelectMany(layer => layer.All))
            parameter.RateFactor = 1;
        parameters.Embedding.Value.RateFactor = 1;
    }

    private float Factor(int depth, int epoch) => options.GradualUnfreezing && epoch <= depth ? 0 : MathF.Pow(options.LayerRateFactor, depth);
}
