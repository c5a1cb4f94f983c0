using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>The order in which an encoder and its head are run over a batch: forward, and backward. Nobody else needs to know it.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="head">Reads them.</param>
internal sealed class BatchPass(ISequenceEncoder encoder, ISequenceHead head)
{
    /// <summary>
    /// Asked before each chunk; where it is true the batch is given up, and the result is <see cref="BatchResult.GivenUp"/>. Gradients then have what the chunks until
    /// then added. Null to never give up.
    /// </summary>
    public Func<bool>? IsInterrupted { get; set; }

    /// <summary>Computes the gradients of the mean loss over a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="seed">Of dropout's masks, and of the tokens that a sampled softmax draws.</param>
    /// <param name="start">The states to begin with; null for zero.</param>
    /// <param name="end">Receives the states that the rows end with; may be <paramref name="start"/>. Null where nobody needs them.</param>
    public BatchResult Train(PackedBatch batch, ulong seed, EncoderStates? start = null, EncoderStates? end = null)
    {
        encoder.PackWeights(forTraining: true, seed);
        encoder.Begin(batch, training: true, seed, start);
        head.PackWeights(forTraining: true, seed);
        head.Begin(batch, training: true, seed);
        if (!RunForward())
            return BatchResult.GivenUp;
        if (end != null)
            encoder.SaveStates(end);
        encoder.BeginBackward(head.LossScale);
        head.BeginBackward();
        for (var i = encoder.ChunkCount - 1; i >= 0; i--)
        {
            if (IsInterrupted?.Invoke() == true)
            {
                // What the head has gathered by itself goes to the parameters' gradients, which can be cleared.
                head.FinishBackward();
                return BatchResult.GivenUp;
            }
            var chunk = encoder.GetChunk(i);
            encoder.Recover(chunk);
            head.Backward(chunk);
            encoder.Backward(chunk);
        }
        encoder.FinishBackward();
        head.FinishBackward();
        return head.Result;
    }

    /// <summary>Brings packed weights up to date for <see cref="Run"/>: after each change of the weights.</summary>
    public void PackWeights()
    {
        encoder.PackWeights(forTraining: false);
        head.PackWeights(forTraining: false, 0);
    }

    /// <summary>Runs a batch forward, without dropout.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="start">The states to begin with; null for zero.</param>
    /// <param name="end">Receives the states that the rows end with; may be <paramref name="start"/>. Null where nobody needs them.</param>
    public BatchResult Run(PackedBatch batch, EncoderStates? start = null, EncoderStates? end = null)
    {
        encoder.Begin(batch, training: false, seed: 0, start);
        head.Begin(batch, training: false, seed: 0);
        if (!RunForward())
            return BatchResult.GivenUp;
        if (end != null)
            encoder.SaveStates(end);
        return head.Result;
    }

    private bool RunForward()
    {
        for (var i = 0; i < encoder.ChunkCount; i++)
        {
            if (IsInterrupted?.Invoke() == true)
                return false;
            var chunk = encoder.GetChunk(i);
            encoder.Forward(chunk);
            head.Forward(chunk);
        }
        head.FinishForward();
        return true;
    }
}
