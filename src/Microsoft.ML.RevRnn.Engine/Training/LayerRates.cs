using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Rate factors for layers that know something already: lower ones learn more slowly, and later.</summary>
internal sealed class LayerRates(EncoderParameters parameters, FineTuningOptions options)
{
    /// <summary>Sets the factors for an epoch, from 1: layer k from the top has factor^k, and is frozen up to epoch k.</summary>
    public void BeginEpoch(int epoch)
    {
        foreach (var stack in parameters.Stacks)
        {
            for (var i = 0; i < stack.Layers.Length; i++)
            {
                foreach (var parameter in stack.Layers[i].All)
                    parameter.RateFactor = Factor(stack.Layers.Length - i, epoch);
            }
        }
        parameters.Embedding.Value.RateFactor = Factor(parameters.Shape.Layers + 1, epoch);
    }

    /// <summary>What was trained is ordinary parameters again.</summary>
    public void End()
    {
        foreach (var parameter in parameters.All)
            parameter.RateFactor = 1;
    }

    private float Factor(int depth, int epoch) => options.GradualUnfreezing && epoch <= depth ? 0 : (float)HostMath.Pow(options.LayerRateFactor, depth);
}
