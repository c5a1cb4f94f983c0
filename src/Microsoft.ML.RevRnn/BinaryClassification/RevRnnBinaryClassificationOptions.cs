namespace Microsoft.ML.RevRnn;

/// <summary>Options of the binary classification trainers, <c>BinaryClassification.Trainers.RevLstm</c> and <c>RevGru</c>.</summary>
/// <remarks>
/// The label is a Boolean. The score is log p / (1 - p), with p the probability of true, which has a column of its own; the predicted label is true
/// where the score is above 0, so p above 1/2.
/// </remarks>
public sealed class RevRnnBinaryClassificationOptions : RevRnnTrainerOptions
{
    /// <summary>The column that will hold the probability of true.</summary>
    public string ProbabilityColumnName { get; set; } = "Probability";

    private protected override void Check()
    {
        CheckName(nameof(ProbabilityColumnName), ProbabilityColumnName);
        CheckDiffer(nameof(ScoreColumnName), ScoreColumnName, nameof(ProbabilityColumnName), ProbabilityColumnName);
        CheckDiffer(nameof(ProbabilityColumnName), ProbabilityColumnName, nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        base.Check();
    }
}
