using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A learned linear map from the vectors of a head to its outcomes: W x + b.</summary>
/// <param name="Weight">W: [outcomes, values of a vector].</param>
/// <param name="Bias">b: [1, outcomes].</param>
internal sealed record LinearParameters(Parameter Weight, Parameter Bias) : IDisposable
{
    /// <summary>Outcomes: classes, labels or tokens.</summary>
    public int Outcomes => Weight.Rows;

    /// <param name="name">Of what the outcomes are; the initial values depend on it.</param>
    /// <param name="outcomes">Their number.</param>
    /// <param name="columns">Where the values of a vector lie in its row.</param>
    /// <param name="stride">Length of that row.</param>
    public static LinearParameters Create(string name, int outcomes, int[] columns, int stride)
        => Over(new Parameter($"{name}.weight", Parameter.Identity(outcomes), outcomes, columns, stride), name);

    /// <summary>A map whose weight is another parameter too.</summary>
    public static LinearParameters Over(Parameter weight, string name)
        => new(weight, new Parameter($"{name}.bias", [0], 1, Parameter.Identity(weight.Rows), PackedMatrix.RoundUp(weight.Rows)) { IsDecayed = false });

    /// <summary>
    /// Sets the bias to log of how often each outcome occurs, one more counted: a language model so begins at the loss of single tokens' frequencies. Without,
    /// the first gradients all point the same way, towards these, and a reversible LSTM, whose hidden state nothing bounds by 1, runs away with them.
    /// </summary>
    public void InitializeBias(ReadOnlySpan<long> frequencies)
    {
        var total = (double)frequencies.Length;
        foreach (var count in frequencies)
            total += count;
        for (var outcome = 0; outcome < frequencies.Length; outcome++)
            Bias.At(0, outcome) = (float)HostMath.Log((frequencies[outcome] + 1) / total);
    }

    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
