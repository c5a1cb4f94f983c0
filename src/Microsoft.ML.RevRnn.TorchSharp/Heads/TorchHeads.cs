using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// Heads of a network on a device. What is done for each token is done there; what is done once for a sequence, behind the pooling over time, is the engine's own head
/// on the processor: linear map, what else is added to the scores, loss.
/// </summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="parameters">All matrices.</param>
internal sealed class TorchHeads(ITorchEncoder encoder, TorchParameters parameters) : IHeadFactory
{
    /// <summary>The parameters whose gradients are made on the processor.</summary>
    public List<Parameter> OnHost { get; } = [];

    public ISequenceHead Pooled(NetworkParameters network, Loss loss, float dropout, IReadOnlyList<float[]>? features, ClassCounts? counts)
    {
        OnHost.AddRange(((Parameter?[])[network.Output.Weight, network.Output.Bias, network.Features?.Weight]).OfType<Parameter>());
        return new PooledHead(
            network.Output, encoder, TorchPooling.Create(encoder, network, parameters), loss, dropout, network.CreateAddends(features, encoder.Device.Memory))
        {
            Counts = counts,
        };
    }

    public ISequenceHead Tokens(LinearParameters output, ITokenTargets targets, float dropout, float labelSmoothing, ClassCounts? counts)
        => encoder is TorchBidirectional both
            ? new TorchMeetingHead(both, parameters, output, targets, dropout) { LabelSmoothing = labelSmoothing, Counts = counts }
            : new TorchSoftmaxHead(encoder, parameters, output, targets, dropout) { LabelSmoothing = labelSmoothing, Counts = counts };

    public ISequenceHead NextTokens(LinearParameters output, float dropout, long[] frequencies, int samples)
    {
        return encoder is TorchBidirectional both
            ? new DirectionalHeads(both.Second, Create(both.First), Create(both.Second))
            : Create(encoder);

        TorchTokenHead Create(ITorchEncoder direction) => samples > 0
            ? new TorchSampledHead(direction, parameters, output, dropout, new TokenSample(frequencies, samples))
            : new TorchSoftmaxHead(direction, parameters, output, NextTokenTargets.Instance, dropout);
    }
}
