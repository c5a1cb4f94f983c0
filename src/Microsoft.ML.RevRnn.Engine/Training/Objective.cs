using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What a network is to learn, whatever device it is trained on.</summary>
internal abstract class Objective
{
    /// <summary>Rates of dropout.</summary>
    public abstract DropoutRates Dropout { get; }

    /// <summary>Tokens at the beginning of each sequence that mark it, and are read first in both directions.</summary>
    public virtual int FixedTokens => 0;

    /// <summary>Whether the head reads the outputs of both directions together.</summary>
    public virtual bool JoinsDirections => true;

    /// <summary>Scores of an output in training.</summary>
    public virtual int ScoreCount(NetworkParameters parameters) => parameters.Output.Outcomes;

    /// <summary>Bytes of the head's buffers, where they do not depend on the batch.</summary>
    public virtual long HeadBytes(NetworkParameters parameters) => 0;

    /// <summary>Bytes that the head keeps of each token of a batch.</summary>
    public virtual long BytesPerToken(NetworkParameters parameters) => 0;

    /// <summary>Makes a head.</summary>
    /// <param name="parameters">Its weights.</param>
    /// <param name="heads">Makes it on the device.</param>
    /// <param name="training">Whether it is trained, or tells the exact loss.</param>
    public abstract ISequenceHead CreateHead(NetworkParameters parameters, IHeadFactory heads, bool training);

    /// <summary>Weights to start from; null for random ones.</summary>
    public StartingWeights? Start { get; set; }

    /// <summary>What the sequences weigh; null for nothing special.</summary>
    public ExampleOptions? Examples { get; init; }

    /// <summary>The context of each sequence; null for none.</summary>
    public IReadOnlyList<float[]>? Contexts { get; init; }

    /// <summary>Counts what is told of held-back data, class by class; null where nobody asks.</summary>
    public ClassCounts? Counts { get; init; }

    /// <summary>Writes what, beyond data, network and training options, the trained weights depend on.</summary>
    public virtual void WriteIdentity(BinaryWriter writer)
    {
        Examples?.WriteIdentity(writer);
        Start?.WriteIdentity(writer);
        foreach (var context in Contexts ?? [])
        {
            foreach (var value in context)
                writer.Write(value);
        }
    }

    protected static void Write(BinaryWriter writer, in DropoutRates rates)
    {
        foreach (var rate in (ReadOnlySpan<float>)[rates.Input, rates.Layer, rates.Output, rates.Embedding, rates.Weight])
            writer.Write(rate);
    }
}
