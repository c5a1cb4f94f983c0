using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What knows texts, for outputs that are learned anew.</summary>
/// <param name="encoder">The weights.</param>
/// <param name="fineTuning">How its layers are trained on; null to train them as any.</param>
internal sealed class StartingEncoder(EncoderParameters encoder, FineTuningOptions? fineTuning = null) : StartingWeights
{
    public override FineTuningOptions? FineTuning => fineTuning;

    public override bool GoesOn => fineTuning == null;

    public override void CopyTo(NetworkParameters parameters) => parameters.Encoder.CopyFrom(encoder);

    public override void WriteIdentity(BinaryWriter writer) => WriteIdentity(writer, isNetwork: false, fineTuning, encoder.All);
}
