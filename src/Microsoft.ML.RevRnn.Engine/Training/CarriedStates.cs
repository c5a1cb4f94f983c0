using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// The states that a shard's streams go on from. A batch writes those that it ends with beside those that it began with, so that it can be given up, and with it those that came
/// before it in the same step.
/// </summary>
/// <param name="encoder">What the states are of.</param>
internal sealed class CarriedStates(ISequenceEncoder encoder) : IDisposable
{
    private EncoderStates _reached = encoder.CreateStates();
    private EncoderStates _next = encoder.CreateStates();
    private bool _isAhead;

    /// <summary>What a batch goes on from.</summary>
    public EncoderStates Start => _isAhead ? _next : _reached;

    /// <summary>Receives what it ends with.</summary>
    public EncoderStates End => _next;

    /// <summary>A batch has been done.</summary>
    public void Advance() => _isAhead = true;

    /// <summary>The batches since the last call count, or are as if they had not been.</summary>
    public void Settle(bool isKept)
    {
        if (isKept && _isAhead)
            (_reached, _next) = (_next, _reached);
        _isAhead = false;
    }

    /// <summary>Writes the states of the last batch that counts.</summary>
    public void Write(BinaryWriter writer) => _reached.Write(writer);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(BinaryReader reader) => _reached.Read(reader);

    public void Dispose()
    {
        _reached.Dispose();
        _next.Dispose();
    }
}
