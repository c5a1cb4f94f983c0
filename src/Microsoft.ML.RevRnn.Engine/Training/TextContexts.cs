namespace Microsoft.ML.RevRnn;

/// <summary>
/// What a language model is told of each text (vector to sequence: Goodfellow, Bengio and Courville 2016, section 10.2.4): a class, a rating, what another model made of it. It then learns
/// p(text | context), so that one model writes texts of each kind, and tells the kinds apart (<see cref="LanguageModel.LogLikelihoods"/>).
/// </summary>
public sealed record TextContexts
{
    /// <summary>The context of each training text, [C], 1 to 4,096 finite values. Of a class a 1 at its place and zeros.</summary>
    public IReadOnlyList<float[]> Vectors { get; init; } = [];

    /// <summary>Those of held-back texts, where those are given.</summary>
    public IReadOnlyList<float[]>? Validation { get; init; }

    /// <summary>Where they enter the network.</summary>
    public ContextUse Use { get; init; } = ContextUse.Both;

    /// <summary>C.</summary>
    internal int Size => Vectors.Count == 0 ? 0 : Vectors[0]?.Length ?? 0;

    /// <summary>Those of all texts.</summary>
    internal IReadOnlyList<float[]> All => [.. Vectors, .. Validation ?? []];

    /// <summary>Checks them against the texts.</summary>
    /// <exception cref="ArgumentException">There is not one of the same size for each text, or a value is not finite.</exception>
    internal void Validate(int texts, int? heldBack)
    {
        OptionCheck.Defined(nameof(Use), Use);
        Check(nameof(Vectors), Vectors, texts);
        if ((Validation == null) != (heldBack == null))
        {
            throw new ArgumentException(
                heldBack == null ? "There are contexts of held-back texts, and no such texts are given." : $"Held-back texts are given; {nameof(Validation)} needs a context of each.",
                nameof(Validation));
        }
        if (Validation != null)
            Check(nameof(Validation), Validation, heldBack!.Value);
        OptionCheck.Range($"The length of {nameof(Vectors)}", Size, 1, Networks.ContextShape.MostSize);
    }

    private void Check(string name, IReadOnlyList<float[]> contexts, int texts)
    {
        ArgumentNullException.ThrowIfNull(contexts, name);
        if (contexts.Count != texts)
            throw new ArgumentException($"There are {texts} texts, and {name} has the contexts of {contexts.Count}.", name);
        for (var i = 0; i < contexts.Count; i++)
        {
            if (contexts[i] is not { } context || context.Length != Size)
                throw new ArgumentException($"{name}[{i}] has {contexts[i]?.Length ?? 0} values, and the first context {Size}; all must have as many.", name);
            if (!Array.TrueForAll(context, float.IsFinite))
                throw new ArgumentException($"{name}[{i}] holds a value that is not finite.", name);
        }
    }
}
