using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>What <see cref="Shrinking.Run"/> has to know of a kind of model.</summary>
internal sealed class ShrinkKind<TModel>
{
    /// <summary>The weights of a model.</summary>
    public required Func<TModel, NetworkParameters> Network { get; init; }

    /// <summary>What predicts of one sequence, for the time that it takes.</summary>
    public required Func<TModel, Action<int[]>> Predictor { get; init; }

    /// <summary>Begins a training from weights, and has something else done with its data; gives the model that this was done to.</summary>
    public required Func<TrainingOptions, StartingNetwork, Func<NetworkTask, TrainingReport>, TrainingResult<TModel>> Select { get; init; }

    /// <summary>A network of another shape, and with what does not go by the shape of the whole one.</summary>
    public required Func<NetworkShape, NetworkParameters, NetworkParameters> Create { get; init; }

    /// <summary>Makes a model of the smaller network and trains it further.</summary>
    public required Func<NetworkParameters, TrainingOptions, TrainingResult<TModel>> Tune { get; init; }
}
