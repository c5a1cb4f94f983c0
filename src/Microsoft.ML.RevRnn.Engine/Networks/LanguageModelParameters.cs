using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>All that a next-token model has learned: the stack, and the linear map from its outputs to V tokens.</summary>
internal sealed class LanguageModelParameters : IDisposable
{
    public LanguageModelParameters(StackOptions options)
    {
        Stack = new StackParameters(options, hasDenseEmbedding: options.TiesEmbedding);
        var shape = options.Shape(options.Layers - 1);
        Weight = options.TiesEmbedding
            ? Stack.Embedding.Value
            : new Parameter("tokens.weight", Parameter.Identity(options.Vocabulary), options.Vocabulary, shape.StateColumns(), shape.StateStride);
        Bias = new Parameter("tokens.bias", [0], 1, Parameter.Identity(options.Vocabulary), PackedMatrix.RoundUp(options.Vocabulary)) { IsDecayed = false };
    }

    public StackParameters Stack { get; }

    /// <summary>[V, H]; the embedding itself where it is tied (Press and Wolf 2017).</summary>
    public Parameter Weight { get; }

    /// <summary>[1, V].</summary>
    public Parameter Bias { get; }

    /// <summary>The parameters with dense gradients: all, but an embedding that is not tied.</summary>
    public IEnumerable<Parameter> Dense => [.. Stack.Dense, Weight, Bias];

    /// <summary>All, in the order of the model file.</summary>
    public IEnumerable<Parameter> All => IsTied ? [Weight, .. Stack.Dense, Bias] : [Stack.Embedding.Value, .. Dense];

    private bool IsTied => Stack.Options.TiesEmbedding;

    public void Initialize(ulong seed)
    {
        Stack.Initialize(seed);
        if (!IsTied)
            Weight.InitializeUniform(seed, 1f / MathF.Sqrt(Weight.Columns));
    }

    /// <summary>
    /// Sets the bias to log of how often each token occurs, one more counted: the model so begins at the loss of single tokens' frequencies. Without, the first
    /// gradients all point the same way, towards these, and a reversible LSTM, whose hidden state nothing bounds by 1, runs away with them.
    /// </summary>
    public void InitializeBias(ReadOnlySpan<long> frequencies)
    {
        var total = (double)frequencies.Length;
        foreach (var count in frequencies)
            total += count;
        for (var token = 0; token < frequencies.Length; token++)
            Bias.At(0, token) = (float)Math.Log((frequencies[token] + 1) / total);
    }

    /// <summary>Parameters of their own with the same values.</summary>
    public LanguageModelParameters Copy()
    {
        var copy = new LanguageModelParameters(Stack.Options);
        foreach (var (target, source) in copy.All.Zip(All))
            target.CopyValuesFrom(source);
        return copy;
    }

    public void Dispose()
    {
        Stack.Dispose();
        if (!IsTied)
            Weight.Dispose();
        Bias.Dispose();
    }
}
