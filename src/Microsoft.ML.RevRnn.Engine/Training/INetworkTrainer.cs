using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Trains a network's weights, batch by batch: the boundary below which a device does the work. Above it are the order of batches, schedules, validation, early
/// stopping, checkpoints, progress and cancellation, which are the same for all devices.
/// </summary>
internal interface INetworkTrainer : IDisposable
{
    /// <summary>What is trained. Up to date after <see cref="Export"/>.</summary>
    NetworkParameters Parameters { get; }

    /// <summary>What the last batch took.</summary>
    ActivationAccount Account { get; }

    /// <summary>Bytes that activations have taken at the most.</summary>
    long PeakBytes { get; }

    /// <summary>
    /// Asked every few steps of a batch; where it is true the batch is given up: its result is <see cref="BatchResult.GivenUp"/>, and all is as if it had not begun.
    /// </summary>
    Func<bool>? IsInterrupted { set; }

    /// <summary>Computes the gradients of the mean loss over a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="seed">Of all that is random in it.</param>
    /// <param name="continues">Whether it goes on from the states that the last batch ended with.</param>
    BatchResult Train(PackedBatch batch, ulong seed, bool continues = false);

    /// <summary>Updates the weights by the gradients.</summary>
    /// <returns>The gradient's norm before clipping; where it is not finite, nothing was updated.</returns>
    double Step(float learningRate, float weightDecay, float maximumGradientNorm);

    /// <summary>Before <see cref="Evaluate"/>, after weights have changed.</summary>
    void BeginValidation();

    /// <summary>Exact loss of a batch, without dropout.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="continues">Whether it goes on from the states that the last such batch ended with.</param>
    BatchResult Evaluate(PackedBatch batch, bool continues = false);

    /// <summary>Brings the parameters up to date with the weights that are trained.</summary>
    void Export();

    /// <summary>Goes on with the parameters' values.</summary>
    void Import();

    /// <summary>Writes what the optimiser remembers from step to step, and the states that the next batch may go on from.</summary>
    void SaveState(BinaryWriter writer);

    /// <summary>Reads what <see cref="SaveState"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It does not fit the network.</exception>
    void LoadState(BinaryReader reader);

    /// <summary>The most rows, up to <paramref name="most"/>, of a batch of so many steps that stays within the budget of memory; 0 if not even one does.</summary>
    int RowLimit(int steps, int most);

    /// <summary>The least bytes that a batch of so many rows and steps can do with.</summary>
    long LeastBytes(int rows, int steps);
}
