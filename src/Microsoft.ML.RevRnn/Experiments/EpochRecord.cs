namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>An epoch in an experiment's journal.</summary>
internal sealed record EpochRecord(double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy)
{
    public static EpochRecord Of(EpochReport report) => new(report.Loss, report.Accuracy, report.ValidationLoss, report.ValidationAccuracy);

    public EpochReport Report(int epoch) => new(epoch, Loss, Accuracy, ValidationLoss, ValidationAccuracy);
}
