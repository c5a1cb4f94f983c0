using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Makes trainers for GPUs. The one that there is comes with another package, see <see cref="TrainingBackends"/>.</summary>
internal interface ITrainingBackend
{
    /// <summary>Makes a trainer; nothing that it cannot do as the managed one does is left for later.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="objective">What they are to learn.</param>
    /// <param name="options">How to train, and on which GPU.</param>
    /// <param name="carriesStates">Whether batches go on from each other.</param>
    /// <exception cref="NotSupportedException">It cannot be trained on this GPU; the message says why, and what to do.</exception>
    INetworkTrainer CreateTrainer(NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates);
}
