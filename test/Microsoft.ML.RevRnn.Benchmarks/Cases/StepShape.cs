namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>T steps of B rows of H units, with as many inputs as units.</summary>
internal readonly record struct StepShape(int Steps, int Rows, int Units)
{
    /// <summary>What a step is timed at: the paper's language model, a middling and a long text, and the small ones where overheads show.</summary>
    public static StepShape[] Timed { get; } =
    [
        new(70, 64, 650), new(128, 32, 256), new(1000, 16, 256),
        new(70, 1, 64), new(70, 1, 128), new(70, 4, 64), new(70, 4, 128), new(70, 8, 64), new(70, 8, 128),
    ];

    /// <summary>Values of one activation: tokens times units.</summary>
    public long Elements => (long)Steps * Rows * Units;

    public override string ToString() => $"T{Steps}/B{Rows}/H{Units}";
}
