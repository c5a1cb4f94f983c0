namespace Microsoft.ML.RevRnn;

/// <summary>What an experiment on true and false looks for, as ML.NET's AutoML calls it.</summary>
public enum BinaryClassificationMetric
{
    /// <summary>The part of the rows that is right.</summary>
    Accuracy = 0,

    /// <summary>The area under the ROC curve.</summary>
    AreaUnderRocCurve = 1,

    /// <summary>The area under precision by recall.</summary>
    AreaUnderPrecisionRecallCurve = 2,

    /// <summary>The harmonic mean of precision and recall.</summary>
    F1Score = 3,

    /// <summary>Right ones of those that are called true.</summary>
    PositivePrecision = 4,

    /// <summary>Right ones of those that are true.</summary>
    PositiveRecall = 5,

    /// <summary>Right ones of those that are called false.</summary>
    NegativePrecision = 6,

    /// <summary>Right ones of those that are false.</summary>
    NegativeRecall = 7,
}
