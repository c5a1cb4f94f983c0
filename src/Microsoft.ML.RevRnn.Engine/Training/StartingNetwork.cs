using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>A network that is trained further, with its output weights.</summary>
internal sealed class StartingNetwork(NetworkParameters network) : StartingWeights
{
    public override NetworkParameters Network => network;

    public override bool GoesOn => true;

    public override void CopyTo(NetworkParameters parameters) => parameters.CopyFrom(network);

    public override void WriteIdentity(BinaryWriter writer)
    {
        WriteIdentity(writer, isNetwork: true, null, network.All);
        network.Features?.WriteMoments(writer);
    }
}
