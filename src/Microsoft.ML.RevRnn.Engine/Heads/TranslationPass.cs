using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// The order in which both sides of a translation are run over a batch of pairs: encoder forward, decoder forward, decoder backward with attention, encoder backward. In between the
/// decoder has the encoder's last states and the encoder the gradients by them.
/// </summary>
internal sealed class TranslationPass : IDisposable
{
    private readonly TranslationParameters _parameters;
    private readonly ISequenceEncoder _encoder;
    private readonly SourceMemory _memory;
    private readonly AttentionDecoder _decoder;
    private readonly ISequenceHead _head;
    private readonly BatchPass _decoding;
    private readonly StateHandover _handover;
    private readonly EncoderStates _ends;
    private readonly EncoderStates _starts;
    private readonly (MemoryMeter Encoder, MemoryMeter Decoder) _stackMemory;
    private readonly bool _hasBudget;
    private int[] _sourceRows = [];
    private Func<bool>? _isInterrupted;

    /// <param name="parameters">The weights.</param>
    /// <param name="settings">How both sides work.</param>
    /// <param name="device">What they work with. Its account is that of all; each side has a part of it, and the head a third one.</param>
    /// <param name="createHead">Makes the head over the decoder's outputs.</param>
    public TranslationPass(TranslationParameters parameters, TranslationSettings settings, Device device, Func<ISequenceEncoder, ISequenceHead> createHead)
    {
        var shape = parameters.Shape;
        _parameters = parameters;
        _hasBudget = settings.Encoder.MemoryBudget != null;
        var (ofEncoder, ofDecoder, ofHead) = (device.Part(), device.Part(), device.Part());
        (EncoderMemory, DecoderMemory, HeadMemory) = (ofEncoder.Memory, ofDecoder.Memory, ofHead.Memory);
        // The gradients by token vectors come from both sides, and are begun here.
        _encoder = Encoders.Create(parameters.Encoder, settings.Encoder with { BeginsTokenGradients = false }, ofEncoder.Part());
        _memory = new SourceMemory(shape, _encoder, parameters.Encoder.Embedding, settings.Encoder.Dropout, settings.SliceDropout, ofEncoder);
        var stack = Encoders.Create(parameters.Decoder, settings.Decoder with { BeginsTokenGradients = false }, ofDecoder.Part());
        _decoder = new AttentionDecoder(shape, parameters.Attention, stack, _memory, settings.Decoder.Dropout.Output, ofHead);
        _stackMemory = (_encoder.Device.Memory, stack.Device.Memory);
        _head = createHead(_decoder);
        _decoding = new BatchPass(_decoder, _head);
        _handover = new StateHandover(shape);
        _ends = _encoder.CreateStates(hasGradients: true);
        _starts = _decoder.CreateStates(hasGradients: true);
    }

    /// <summary>What the encoder takes, and what attention keeps of it.</summary>
    public MemoryMeter EncoderMemory { get; }

    /// <summary>What the decoder takes, attention included.</summary>
    public MemoryMeter DecoderMemory { get; }

    /// <summary>What the head takes.</summary>
    public MemoryMeter HeadMemory { get; }

    /// <summary>What the last backward pass took of the encoder.</summary>
    public ActivationAccount EncoderAccount => Account(_encoder.Account, EncoderMemory, _stackMemory.Encoder);

    /// <summary>What it took of the decoder.</summary>
    public ActivationAccount DecoderAccount => Account(_decoder.Account, DecoderMemory, _stackMemory.Decoder);

    public ISequenceEncoder Encoder => _encoder;

    /// <summary>What attention reads of the sources, and the gradients by it.</summary>
    public SourceMemory Sources => _memory;

    /// <summary>The states that the encoder ends with, and the gradients by them.</summary>
    public EncoderStates Ends => _ends;

    public AttentionDecoder Decoder => _decoder;

    /// <inheritdoc cref="BatchPass.IsInterrupted"/>
    public Func<bool>? IsInterrupted
    {
        set
        {
            _isInterrupted = value;
            _decoding.IsInterrupted = value;
        }
    }

    /// <summary>Makes room for gradients; before the first training batch.</summary>
    public void PrepareTraining()
    {
        _encoder.PrepareTraining();
        _decoder.PrepareTraining();
    }

    /// <summary>Computes the gradients of the mean loss over a batch of pairs.</summary>
    /// <param name="source">The sources.</param>
    /// <param name="target">Their targets, in the same order of members, with a boundary before each.</param>
    /// <param name="seed">Of all that is random in it.</param>
    public BatchResult Train(PackedBatch source, PackedBatch target, ulong seed)
    {
        _encoder.PackWeights(forTraining: true, seed);
        if (_hasBudget)
        {
            // This batch's needs alone may count, not the largest that each buffer ever was.
            _memory.Release();
            _decoder.Release();
        }
        if (!RunEncoder(source, target, training: true, seed))
            return BatchResult.GivenUp;
        BeginTokenGradients(source, target);
        var result = _decoding.Train(target, CounterRandom.Key(seed, RandomUse.Decoder), _starts);
        if (result.IsGivenUp)
            return result;
        _handover.HandBack(_ends, _starts, SourceRows(target));
        _encoder.BeginBackward(_head.LossScale, _ends);
        for (var i = _encoder.ChunkCount - 1; i >= 0; i--)
        {
            if (_isInterrupted?.Invoke() == true)
                return BatchResult.GivenUp;
            var chunk = _encoder.GetChunk(i);
            _encoder.Recover(chunk);
            _memory.Give(chunk);
            _encoder.Backward(chunk);
        }
        _encoder.FinishBackward();
        return result;
    }

    /// <summary>Brings packed weights up to date for <see cref="Run"/>: after each change of the weights.</summary>
    public void PackWeights()
    {
        _encoder.PackWeights(forTraining: false);
        _decoding.PackWeights();
    }

    /// <summary>Instead of <see cref="PackWeights"/>, for prediction with weights that never change again: takes those that another pass of the same weights has packed, or packs them for others.</summary>
    /// <param name="owner">The pass that did this first; null for this one.</param>
    public void ShareWeights(TranslationPass? owner)
    {
        _encoder.ShareWeights(owner?._encoder);
        _decoder.ShareWeights(owner?._decoder);
        _head.ShareWeights(owner?._head);
    }

    /// <summary>Runs a batch of pairs forward, without dropout.</summary>
    public BatchResult Run(PackedBatch source, PackedBatch target)
        => RunEncoder(source, target, training: false, 0) ? _decoding.Run(target, _starts) : BatchResult.GivenUp;

    /// <summary>Reads sources, for the decoder to write their targets step by step.</summary>
    /// <param name="source">The sources.</param>
    /// <param name="starts">Receives what the decoder starts from, a row for each row of the sources.</param>
    public void Read(PackedBatch source, EncoderStates starts)
    {
        RunEncoder(source, training: false, 0);
        Reserve(source.RowCount);
        for (var row = 0; row < source.RowCount; row++)
            _sourceRows[row] = row;
        _handover.Hand(_ends, starts, _sourceRows.AsSpan(0, source.RowCount));
    }

    /// <summary>Runs the decoder a step forward.</summary>
    /// <param name="tokens">The last token of each row.</param>
    /// <param name="sourceRows">Of each row that of its source.</param>
    /// <param name="starts">The states to begin with.</param>
    /// <param name="ends">Receives those that the step ends with; may be <paramref name="starts"/>.</param>
    public void Step(PackedBatch tokens, ReadOnlySpan<int> sourceRows, EncoderStates starts, EncoderStates ends)
    {
        _decoder.Assign(sourceRows, isStepping: true);
        _decoding.Run(tokens, starts, ends);
    }

    /// <summary>Frees what grows with the length of sources.</summary>
    public void Release()
    {
        _encoder.Release();
        _memory.Release();
        _decoder.Release();
        _head.Release();
    }

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_head, _decoder, _memory, _encoder, _ends, _starts])
            owned.Dispose();
    }

    private bool RunEncoder(PackedBatch source, PackedBatch target, bool training, ulong seed)
    {
        if (!RunEncoder(source, training, seed))
            return false;
        Reserve(target.RowCount);
        for (var row = 0; row < target.RowCount; row++)
            _sourceRows[row] = source.RowOfMember(target.MemberOfRow(row));
        _handover.Hand(_ends, _starts, SourceRows(target));
        _decoder.Assign(SourceRows(target));
        return true;
    }

    private bool RunEncoder(PackedBatch source, bool training, ulong seed)
    {
        _encoder.Begin(source, training, seed);
        _memory.Begin(source, training, seed);
        for (var i = 0; i < _encoder.ChunkCount; i++)
        {
            if (_isInterrupted?.Invoke() == true)
                return false;
            var chunk = _encoder.GetChunk(i);
            _encoder.Forward(chunk);
            _memory.Take(chunk);
        }
        _encoder.SaveStates(_ends);
        return true;
    }

    private ReadOnlySpan<int> SourceRows(PackedBatch target) => _sourceRows.AsSpan(0, target.RowCount);

    private void Reserve(int rows)
    {
        if (_sourceRows.Length < rows)
            _sourceRows = new int[rows];
    }

    private void BeginTokenGradients(PackedBatch source, PackedBatch target)
    {
        if (_parameters.SharesVectors)
        {
            _parameters.Encoder.Embedding.BeginGradient([source, target]);
            return;
        }
        _parameters.Encoder.Embedding.BeginGradient(source);
        _parameters.Decoder.Embedding.BeginGradient(target);
    }

    /// <summary>An account of stacks, with what of their side is not in it.</summary>
    private static ActivationAccount Account(ActivationAccount account, MemoryMeter side, MemoryMeter stacks)
        => account with { StoredBytes = account.StoredBytes + side.CurrentBytes - stacks.CurrentBytes };
}
