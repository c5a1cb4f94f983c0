namespace Microsoft.ML.RevRnn.Heads;

/// <summary>A "loss" that is one of the scores of a single sequence, chosen when they are known: its gradient by them is 1 for that one.</summary>
internal sealed class ChosenScore : Loss
{
    /// <summary>The scores.</summary>
    public float[] Scores { get; private set; } = [];

    /// <summary>Which one it is.</summary>
    public int Outcome { get; private set; }

    /// <summary>Chooses one of the scores.</summary>
    public Func<float[], int> Choose { get; set; } = _ => 0;

    public override void Activate(Span<float> scores)
    {
    }

    public override BatchResult Score(ReadOnlySpan<float> probabilities, int sequence)
    {
        Scores = probabilities.ToArray();
        Outcome = Choose(Scores);
        return new BatchResult(0, 1, 0);
    }

    public override void Gradient(Span<float> probabilities, int sequence)
    {
        probabilities.Clear();
        probabilities[Outcome] = 1;
    }

    public override void Count(ReadOnlySpan<float> probabilities, int sequence, ClassCounts counts)
    {
    }
}
