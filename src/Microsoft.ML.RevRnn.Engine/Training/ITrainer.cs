using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Trains weights, whatever they are of: what the training loop and its checkpoints know of who does the work.</summary>
internal interface ITrainer : IDisposable
{
    /// <summary>What is trained. Up to date after <see cref="Export"/>.</summary>
    ILearnedParameters Parameters { get; }

    /// <summary>What the last batch took.</summary>
    ActivationAccount Account { get; }

    /// <summary>Bytes that activations have taken at the most.</summary>
    long PeakBytes { get; }

    /// <summary>Of a translation, what each side has taken at the most, and the same of the last batch had it been stored; null of other models.</summary>
    TranslationMemory? TranslationMemory => null;

    /// <summary>
    /// Asked every few steps of a batch; where it is true the batch is given up: its result is <see cref="Heads.BatchResult.GivenUp"/>, and all is as if it had not begun.
    /// </summary>
    Func<bool>? IsInterrupted { set; }

    /// <summary>Updates the weights by the gradients.</summary>
    /// <returns>The gradient's norm before clipping; where it is not finite, nothing was updated, and the gradients are gone.</returns>
    double Step(float learningRate, float weightDecay, float maximumGradientNorm);

    /// <summary>Before held-back batches are evaluated, after weights have changed.</summary>
    void BeginValidation();

    /// <summary>Brings the parameters up to date with the weights that are trained.</summary>
    void Export();

    /// <summary>Goes on with the parameters' values.</summary>
    void Import();

    /// <summary>Writes what the optimiser remembers from step to step, and the states that the next batch may go on from.</summary>
    void SaveState(BinaryWriter writer);

    /// <summary>Reads what <see cref="SaveState"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It does not fit the network.</exception>
    void LoadState(BinaryReader reader);
}
