using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>Heads on this processor.</summary>
/// <param name="encoder">Gives the outputs.</param>
internal sealed class ManagedHeads(ISequenceEncoder encoder) : IHeadFactory
{
    public ISequenceHead Pooled(NetworkParameters parameters, Loss loss, float dropout, IReadOnlyList<float[]>? features, ClassCounts? counts)
        => new PooledHead(parameters, encoder, loss, dropout, parameters.CreateAddends(features, encoder.Device.Memory)) { Counts = counts };

    public ISequenceHead Tokens(LinearParameters output, ITokenTargets targets, float dropout, float labelSmoothing, ClassCounts? counts)
        => encoder is Bidirectional both
            ? new MeetingTokenHead(output, both, targets, dropout) { LabelSmoothing = labelSmoothing, Counts = counts }
            : new SoftmaxTokenHead(output, encoder, targets, dropout) { LabelSmoothing = labelSmoothing, Counts = counts };

    public ISequenceHead NextTokens(LinearParameters output, float dropout, long[] frequencies, int samples)
    {
        return encoder is Bidirectional both
            ? new DirectionalHeads(both.Second, Create(both.First), Create(both.Second))
            : Create(encoder);

        TokenHead Create(ISequenceEncoder direction) => samples > 0
            ? new SampledTokenHead(output, direction, dropout, frequencies, samples)
            : new SoftmaxTokenHead(output, direction, NextTokenTargets.Instance, dropout);
    }
}
