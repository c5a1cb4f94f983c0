using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Forward and backward over a batch of a language model, whatever the batch is cut from; and the exact loss of a batch.</summary>
internal sealed class NextTokenPass : IDisposable
{
    private readonly RecurrentStack _stack;
    private readonly RecurrentStack _evaluator;
    private readonly TokenHead _head;
    private readonly NextTokenHead _evaluatorHead;
    private readonly DropoutRates _dropout;
    private readonly int _softmaxSamples;

    /// <param name="parameters">What is trained.</param>
    /// <param name="stack">Trains.</param>
    /// <param name="evaluator">Evaluates.</param>
    /// <param name="frequencies">How often each token occurs in the training data.</param>
    /// <param name="dropout">Rates of dropout; the stack has its part of them already.</param>
    /// <param name="softmaxSamples">Tokens drawn for a batch's softmax; 0 for all of them.</param>
    /// <param name="team">Workers.</param>
    public NextTokenPass(
        LanguageModelParameters parameters, RecurrentStack stack, RecurrentStack evaluator, ReadOnlySpan<long> frequencies, in DropoutRates dropout,
        int softmaxSamples, WorkerTeam team)
    {
        _softmaxSamples = softmaxSamples;
        _dropout = dropout;
        _stack = stack;
        _evaluator = evaluator;
        _head = softmaxSamples == 0
            ? new NextTokenHead(parameters, stack, dropout.Output, team, SimdWidths.Best)
            : new SampledTokenHead(parameters, stack, dropout.Output, frequencies, softmaxSamples, team, SimdWidths.Best);
        _evaluatorHead = new NextTokenHead(parameters, evaluator, 0, team, SimdWidths.Best);
    }

    /// <summary>Computes the gradients of the mean loss over a batch.</summary>
    /// <param name="batch">From a zero state, or from the last batch's end.</param>
    /// <param name="dropoutSeed">Of the masks, and of the tokens drawn.</param>
    /// <param name="continues">Whether the states go on from the last batch's end, which <paramref name="carries"/> must then have kept.</param>
    /// <param name="carries">Whether the states at the end are kept for the next batch.</param>
    public BatchResult Train(PackedBatch batch, ulong dropoutSeed, bool continues = false, bool carries = false)
    {
        _stack.PackWeights(forTraining: true, dropoutSeed);
        _stack.Begin(batch, training: true, dropoutSeed, continues);
        _head.PackWeights(forTraining: true, dropoutSeed);
        for (var i = 0; i < _stack.ChunkCount; i++)
            _stack.Forward(_stack.GetChunk(i), training: true);
        if (carries)
            _stack.KeepEnd();
        _stack.LossScale = 1f / batch.TokenCount;
        _stack.BeginBackward();
        var result = default(BatchResult);
        for (var i = _stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = _stack.GetChunk(i);
            _stack.Recover(chunk);
            result += _head.Backward(chunk);
            _stack.Backward(chunk);
        }
        _stack.FinishBackward();
        _head.FinishBackward();
        if (carries)
            _stack.ReturnToEnd();
        return result;
    }

    /// <summary>Brings the evaluator's weights up to date; those of its stack are their owner's business.</summary>
    public void BeginValidation() => _evaluatorHead.PackWeights(forTraining: false);

    /// <summary>Loss of a batch over all tokens, without dropout.</summary>
    public BatchResult Evaluate(PackedBatch batch, bool continues = false)
    {
        _evaluator.Begin(batch, training: false, 0, continues);
        var result = default(BatchResult);
        for (var i = 0; i < _evaluator.ChunkCount; i++)
        {
            var chunk = _evaluator.GetChunk(i);
            _evaluator.Forward(chunk, training: false);
            result += _evaluatorHead.Score(chunk);
        }
        return result;
    }

    /// <summary>Writes the options that the trained weights depend on.</summary>
    public void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(_softmaxSamples);
        foreach (var rate in (ReadOnlySpan<float>)[_dropout.Input, _dropout.Layer, _dropout.Output, _dropout.Embedding, _dropout.Weight])
            writer.Write(rate);
    }

    public void Dispose()
    {
        _head.Dispose();
        _evaluatorHead.Dispose();
    }
}
