using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// What stands on top of an encoder: it reads the encoder's outputs chunk by chunk, and writes the gradient of its loss by them. <see cref="BatchPass"/> calls its
/// members in the order that the encoder's allow.
/// </summary>
internal interface ISequenceHead : IDisposable
{
    /// <summary>What the batch has cost so far.</summary>
    BatchResult Result { get; }

    /// <summary>The head whose packed weights this one scores with: itself, if it is not made of another.</summary>
    ISequenceHead Scoring => this;

    /// <summary>Must be called after each change of the weights, and before each training batch.</summary>
    void PackWeights(bool forTraining, ulong seed);

    /// <summary>Instead of <see cref="PackWeights"/>, for prediction with weights that never change again: takes those that another head of the same weights has packed.</summary>
    /// <param name="owner">The head that did this first, of the same kind or <see cref="Scoring"/> with one; null for this one.</param>
    void ShareWeights(ISequenceHead? owner) => PackWeights(forTraining: false, 0);

    /// <summary>Starts a batch; the seed gives dropout's masks.</summary>
    void Begin(PackedBatch batch, bool training, ulong seed);

    /// <summary>Between two batches: gives back what grows with a batch's length.</summary>
    void Release()
    {
    }

    /// <summary>Takes in the outputs of the chunk that the encoder has just run.</summary>
    void Forward(in Chunk chunk);

    /// <summary>After the last chunk.</summary>
    void FinishForward();

    /// <summary>The factor of a single prediction's loss in the batch's, of that which weighs most.</summary>
    float LossScale { get; }

    /// <summary>Before the backward pass.</summary>
    void BeginBackward();

    /// <summary>Writes the gradient by the outputs of a recovered chunk into the encoder.</summary>
    void Backward(in Chunk chunk);

    /// <summary>After the last chunk's backward pass: completes the gradients by the head's weights.</summary>
    void FinishBackward();
}
