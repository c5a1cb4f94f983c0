namespace Microsoft.ML.RevRnn;

/// <summary>What an experiment on classes looks for, as ML.NET's AutoML calls it.</summary>
public enum MulticlassClassificationMetric
{
    /// <summary>The part of the rows that is right.</summary>
    MicroAccuracy = 0,

    /// <summary>The mean of the classes' parts.</summary>
    MacroAccuracy = 1,

    /// <summary>Mean of -ln p of the right class.</summary>
    LogLoss = 2,

    /// <summary>The log loss against that of the classes' frequencies.</summary>
    LogLossReduction = 3,
}
