using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;
using Microsoft.ML.RevRnn.TrainingSupport;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A trainer some of whose batches, numbered from 1, have a loss or a gradient that is no number.</summary>
internal sealed class FaultyTrainer(INetworkTrainer trainer) : ForwardingTrainer(trainer)
{
    private int _batch;

    /// <summary>Whether a batch's gradient is no number.</summary>
    public Predicate<int> BadGradient { get; init; } = _ => false;

    /// <summary>Whether a batch's loss is none.</summary>
    public Predicate<int> BadLoss { get; init; } = _ => false;

    /// <summary>Weights after each batch, as they were asked for.</summary>
    public List<float[]> Weights { get; } = [];

    public override BatchResult Train(PackedBatch batch, ulong seed, bool continues = false)
    {
        Weights.Add([.. Parameters.All.SelectMany(parameter => parameter.Values.ToArray())]);
        _batch++;
        var result = base.Train(batch, seed, continues);
        return BadLoss(_batch) ? result with { LossSum = double.NaN } : result;
    }

    public override double Step(float learningRate, float weightDecay, float maximumGradientNorm)
    {
        if (BadGradient(_batch))
            Parameters.Encoder.Stacks[0].Layers[0].Bias.Gradients[0] = float.NaN;
        return base.Step(learningRate, weightDecay, maximumGradientNorm);
    }
}
