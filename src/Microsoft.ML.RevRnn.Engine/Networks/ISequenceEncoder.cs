using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// A recurrent network at work on a batch, chunk after chunk: forward from the first, then backward from the last. A BatchPass calls its members in
/// the order that it takes; heads read its outputs and write the gradient by them.
/// </summary>
internal unsafe interface ISequenceEncoder : IDisposable
{
    /// <summary>Threads, kernels, and the account of memory.</summary>
    Device Device { get; }

    /// <summary>Length of a row of outputs, padded.</summary>
    int OutputStride { get; }

    /// <summary>Where the values of an output lie in its row.</summary>
    int[] OutputColumns { get; }

    /// <summary>Chunks of the batch.</summary>
    int ChunkCount { get; }

    /// <summary>What the last backward pass took.</summary>
    ActivationAccount Account { get; }

    /// <summary>Makes room for gradients; before the first training batch.</summary>
    void PrepareTraining();

    /// <summary>Must be called after each change of the weights, and before each batch where weights are dropped: the seed gives their masks.</summary>
    void PackWeights(bool forTraining, ulong seed = 0);

    /// <summary>
    /// Instead of <see cref="PackWeights"/>, for prediction with weights that never change again: takes those that another encoder of the same weights has packed, and what it
    /// keeps of them; or packs them for others to take.
    /// </summary>
    /// <param name="owner">The encoder that did this first; null for this one. It must not be disposed of while another one is in use.</param>
    void ShareWeights(ISequenceEncoder? owner) => PackWeights(forTraining: false);

    /// <summary>Starts a batch. The same seed, which must be that of <see cref="PackWeights"/>, gives the same dropout masks.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="training">Whether a backward pass follows, and dropout applies.</param>
    /// <param name="seed">Of dropout's masks.</param>
    /// <param name="start">The states to begin with, of as many rows; null for zero.</param>
    void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null);

    /// <summary>Between two batches: gives back what grows with a batch's length.</summary>
    void Release()
    {
    }

    Chunk GetChunk(int index);

    /// <summary>Runs a chunk forward; chunks must be run in ascending order.</summary>
    void Forward(in Chunk chunk);

    /// <summary>The outputs of the chunk last run or recovered: [flat rows, <see cref="OutputStride"/>].</summary>
    float* Outputs(in Chunk chunk);

    /// <summary>A place for the states of this network.</summary>
    /// <param name="hasGradients">Whether the gradients by them are wanted.</param>
    EncoderStates CreateStates(bool hasGradients = false);

    /// <summary>After the last chunk's forward pass: the states that each row ended with.</summary>
    void SaveStates(EncoderStates states);

    /// <summary>After the last chunk's forward pass: zero gradients.</summary>
    /// <param name="lossScale">The factor of a single prediction's loss in the batch's.</param>
    /// <param name="end">The states that the rows ended with, which have the gradient by them where somebody went on from them; null for none.</param>
    void BeginBackward(float lossScale, EncoderStates? end = null);

    /// <summary>Makes a chunk's outputs and activations available again; chunks must be recovered in descending order, each followed by its <see cref="Backward"/>.</summary>
    void Recover(in Chunk chunk);

    /// <summary>Gradient of the loss by <see cref="Outputs"/>, to be written by the head between <see cref="Recover"/> and <see cref="Backward"/>.</summary>
    float* OutputGradient { get; }

    /// <summary>Adds the chunk's part of all gradients.</summary>
    void Backward(in Chunk chunk);

    /// <summary>After the last chunk's backward pass: completes the gradients, those by the states that the batch began with included.</summary>
    /// <exception cref="ReversalException">Reversal did not arrive where the forward pass began.</exception>
    void FinishBackward();

    /// <summary>The most rows, up to <paramref name="most"/>, of a batch of so many steps that stays within the budget of memory; 0 if not even one does.</summary>
    int RowLimit(int steps, int most);

    /// <summary>The least bytes that a batch of so many rows and steps can do with, whatever its gates forget.</summary>
    long LeastBytes(int rows, int steps);
}
