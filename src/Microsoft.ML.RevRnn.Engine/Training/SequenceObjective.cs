using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Outcomes of whole sequences.</summary>
/// <param name="loss">What the outcomes should be.</param>
/// <param name="labels">The same for the identity of a training: numbers that tell it from others.</param>
/// <param name="options">The rate of dropout.</param>
internal sealed class SequenceObjective(Loss loss, IEnumerable<int> labels, TrainingOptions options) : Objective
{
    public override DropoutRates Dropout => DropoutRates.OfLayers(options.Dropout, options.InputDropoutByToken);

    public override long HeadBytes(NetworkParameters parameters) => (long)options.ShardRows * parameters.FeatureCount * sizeof(float);

    public override ISequenceHead CreateHead(NetworkParameters parameters, IHeadFactory heads, bool training)
        => heads.Pooled(parameters, loss, training ? options.Dropout : 0, Examples?.Features, training ? null : Counts);

    public override void WriteIdentity(BinaryWriter writer)
    {
        foreach (var label in labels)
            writer.Write(label);
        base.WriteIdentity(writer);
    }
}
