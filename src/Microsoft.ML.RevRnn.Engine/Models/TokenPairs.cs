using Microsoft.ML.RevRnn.Attention;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Sources and their targets.</summary>
/// <param name="Sources">Token numbers of each source.</param>
/// <param name="Targets">Token numbers of each target.</param>
internal sealed record TokenPairs(IReadOnlyList<int[]> Sources, IReadOnlyList<int[]> Targets)
{
    public int Count => Sources.Count;

    /// <summary>Checks that they are pairs, of tokens that there are.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void Check(AttentionShape shape, TrainingOptions training)
    {
        ArgumentNullException.ThrowIfNull(Sources, "sources");
        ArgumentNullException.ThrowIfNull(Targets, "targets");
        if (Sources.Count != Targets.Count)
            throw new ArgumentException($"There are {Sources.Count} sources and {Targets.Count} targets; each source must have its target.", "targets");
        Check("sources", Sources, shape.Encoder.Vocabulary, shape, training);
        Check("targets", Targets, shape.Decoder.Vocabulary, shape, training);
    }

    /// <summary>The pairs of which both sides have tokens.</summary>
    public TokenPairs WithoutEmpty()
    {
        int[] members = [.. Enumerable.Range(0, Count).Where(i => Sources[i].Length > 0 && Targets[i].Length > 0)];
        return members.Length == Count ? this : new TokenPairs(Array.ConvertAll(members, i => Sources[i]), Array.ConvertAll(members, i => Targets[i]));
    }

    /// <summary>These, and then others.</summary>
    public TokenPairs Concat(TokenPairs others) => new([.. Sources, .. others.Sources], [.. Targets, .. others.Targets]);

    /// <summary>The same with a boundary before each target, which the decoder begins with.</summary>
    public TokenPairs WithBoundaries() => this with { Targets = [.. Targets.Select(target => (int[])[Vocabulary.EmptyToken, .. target])] };

    private static void Check(string name, IReadOnlyList<int[]> side, int vocabulary, AttentionShape shape, TrainingOptions training)
    {
        try
        {
            TrainingInput.Check(side, vocabulary, shape.Encoder.Options, training);
        }
        catch (ArgumentException failure) when (failure is not ArgumentOutOfRangeException && failure.ParamName == "sequences")
        {
            throw new ArgumentException($"Of the {name}: {failure.Message.Split(" (Parameter")[0]}", name);
        }
    }
}
