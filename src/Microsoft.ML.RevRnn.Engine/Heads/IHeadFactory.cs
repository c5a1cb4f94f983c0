namespace Microsoft.ML.RevRnn.Heads;

/// <summary>Makes the heads of a network on the device where its encoder works. What they teach is the objective's matter.</summary>
internal interface IHeadFactory
{
    /// <summary>Outcomes of whole sequences, from pooled outputs.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="loss">What the outcomes should be.</param>
    /// <param name="dropout">Rate of the pooled outputs' dropout.</param>
    /// <param name="features">The numbers that are given with each sequence; null for none.</param>
    /// <param name="counts">Is told what is decided for; null for nobody.</param>
    ISequenceHead Pooled(NetworkParameters parameters, Loss loss, float dropout, IReadOnlyList<float[]>? features, ClassCounts? counts);

    /// <summary>An outcome of each token, from the outputs of all directions.</summary>
    /// <param name="output">The weights.</param>
    /// <param name="targets">What the outcomes should be.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    /// <param name="labelSmoothing">The part of a target's probability that is spread evenly over all outcomes.</param>
    /// <param name="counts">Is told what is decided for; null for nobody.</param>
    ISequenceHead Tokens(LinearParameters output, ITokenTargets targets, float dropout, float labelSmoothing, ClassCounts? counts);

    /// <summary>The next token, from the outputs of each direction by themselves.</summary>
    /// <param name="output">The weights.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    /// <param name="frequencies">How often each token occurs in the training data.</param>
    /// <param name="samples">Tokens drawn for a batch's softmax; 0 for all of them.</param>
    ISequenceHead NextTokens(LinearParameters output, float dropout, long[] frequencies, int samples);
}
