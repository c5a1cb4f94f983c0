namespace Microsoft.ML.RevRnn.Networks;

/// <summary>The context that a network is given with each sequence.</summary>
/// <param name="Use">Where it enters.</param>
/// <param name="Size">C: its values.</param>
internal sealed record ContextShape(ContextUse Use, int Size)
{
    /// <summary>The most values.</summary>
    public const int MostSize = 4096;

    public bool StartsStates => (Use & ContextUse.InitialState) != 0;

    public bool EntersSteps => (Use & ContextUse.EachStep) != 0;

    /// <exception cref="ArgumentOutOfRangeException">There are no such contexts.</exception>
    public void Validate()
    {
        OptionCheck.Defined("ContextUse", Use);
        OptionCheck.Range("ContextSize", Size, 1, MostSize);
    }
}
