namespace Microsoft.ML.RevRnn;

/// <summary>Options of the classification trainers, <c>MulticlassClassification.Trainers.RevLstm</c> and <c>RevGru</c>.</summary>
public sealed class RevRnnClassificationOptions : RevRnnOptions
{
    /// <summary>The column of the class to learn: a key.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The column to learn it from: text, or a vector of keys with one key a token.</summary>
    public string TextColumnName { get; set; } = "Text";

    /// <summary>The column that will hold the probability of each class.</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>The column that will hold the most probable class.</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    private protected override void CheckColumns()
    {
        CheckName(nameof(LabelColumnName), LabelColumnName);
        CheckName(nameof(TextColumnName), TextColumnName);
        CheckName(nameof(ScoreColumnName), ScoreColumnName);
        CheckName(nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        if (ScoreColumnName == PredictedLabelColumnName)
        {
            throw new ArgumentException(
                $"{nameof(ScoreColumnName)} and {nameof(PredictedLabelColumnName)} are both '{ScoreColumnName}'; they must differ.",
                nameof(PredictedLabelColumnName));
        }
    }
}
