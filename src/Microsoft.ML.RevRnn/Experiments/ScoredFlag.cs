namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>A row as ML.NET's evaluator of true and false reads it.</summary>
internal sealed class ScoredFlag
{
    public bool Label { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }

    public bool PredictedLabel { get; set; }
}
