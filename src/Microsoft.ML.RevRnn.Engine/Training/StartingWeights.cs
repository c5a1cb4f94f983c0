using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Weights that a training starts from instead of random ones: those of a whole network, or of its encoder.</summary>
internal sealed class StartingWeights
{
    private readonly EncoderParameters? _encoder;
    private readonly NetworkParameters? _network;

    /// <summary>A network that is trained further, with its output weights.</summary>
    public StartingWeights(NetworkParameters network) => _network = network;

    /// <summary>What knows texts, for outputs that are learned anew.</summary>
    /// <param name="encoder">The weights.</param>
    /// <param name="fineTuning">How its layers are trained on; null to train them as any.</param>
    public StartingWeights(EncoderParameters encoder, FineTuningOptions? fineTuning = null)
    {
        _encoder = encoder;
        FineTuning = fineTuning;
    }

    /// <summary>How the layers are trained on; null where they are trained as any.</summary>
    public FineTuningOptions? FineTuning { get; }

    /// <summary>The network that is trained further; null where it is an encoder.</summary>
    public NetworkParameters? Network => _network;

    private IEnumerable<Parameter> All => _network?.All ?? _encoder!.All;

    /// <summary>Sets the parameters of a network of the same shape.</summary>
    public void CopyTo(NetworkParameters parameters)
    {
        if (_network != null)
            parameters.CopyFrom(_network);
        else
            parameters.Encoder.CopyFrom(_encoder!);
    }

    /// <summary>Writes what a training that starts from them depends on.</summary>
    public void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(_network != null);
        writer.Write(FineTuning?.GradualUnfreezing ?? false);
        writer.Write(FineTuning?.LayerRateFactor ?? 1);
        foreach (var parameter in All)
            writer.Write(MemoryMarshal.AsBytes(parameter.Values));
        _network?.Features?.WriteMoments(writer);
    }
}
