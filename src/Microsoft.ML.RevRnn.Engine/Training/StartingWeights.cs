using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What a training starts from instead of random weights alone.</summary>
internal abstract class StartingWeights
{
    /// <summary>How the layers are trained on; null where they are trained as any.</summary>
    public virtual FineTuningOptions? FineTuning => null;

    /// <summary>The network that is trained further; null where there is none.</summary>
    public virtual NetworkParameters? Network => null;

    /// <summary>Whether all of the network was trained before, and is trained further for the same.</summary>
    public virtual bool GoesOn => false;

    /// <summary>Whether token vectors stay as they are.</summary>
    public virtual bool FreezesEmbedding => false;

    /// <summary>Sets the parameters of a network of the same shape, which have random values.</summary>
    public abstract void CopyTo(NetworkParameters parameters);

    /// <summary>Writes what a training that starts from them depends on.</summary>
    public abstract void WriteIdentity(BinaryWriter writer);

    private protected static void WriteIdentity(BinaryWriter writer, bool isNetwork, FineTuningOptions? fineTuning, IEnumerable<Parameter> parameters)
    {
        writer.Write(isNetwork);
        writer.Write(fineTuning?.GradualUnfreezing ?? false);
        writer.Write(fineTuning?.LayerRateFactor ?? 1);
        foreach (var parameter in parameters)
            writer.Write(MemoryMarshal.AsBytes(parameter.Values));
    }
}
