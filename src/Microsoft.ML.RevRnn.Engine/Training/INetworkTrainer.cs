using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Trains a network's weights, batch by batch: the boundary below which a device does the work. Above it are the order of batches, schedules, validation, early
/// stopping, checkpoints, progress and cancellation, which are the same for all devices.
/// </summary>
internal interface INetworkTrainer : ITrainer
{
    /// <inheritdoc cref="ITrainer.Parameters"/>
    new NetworkParameters Parameters { get; }

    ILearnedParameters ITrainer.Parameters => Parameters;

    /// <summary>Computes the gradients of the mean loss over a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="seed">Of all that is random in it.</param>
    /// <param name="continues">Whether it goes on from the states that the last batch ended with.</param>
    BatchResult Train(PackedBatch batch, ulong seed, bool continues = false);

    /// <summary>Exact loss of a batch, without dropout.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="continues">Whether it goes on from the states that the last such batch ended with.</param>
    BatchResult Evaluate(PackedBatch batch, bool continues = false);

    /// <summary>The most rows, up to <paramref name="most"/>, of a batch of so many steps that stays within the budget of memory; 0 if not even one does.</summary>
    int RowLimit(int steps, int most);

    /// <summary>The least bytes that a batch of so many rows and steps can do with.</summary>
    long LeastBytes(int rows, int steps);
}
