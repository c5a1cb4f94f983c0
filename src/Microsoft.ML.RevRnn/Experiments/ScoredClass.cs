namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>A row as ML.NET's evaluator of classes reads it. The keys of objects begin at 0, where those of views begin at 1.</summary>
internal sealed class ScoredClass
{
    public uint Label { get; set; }

    public float[] Score { get; set; } = [];

    public uint PredictedLabel { get; set; }
}
