using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn;

/// <summary>One epoch of a training run.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">Mean training cross-entropy, in nats, with dropout.</param>
/// <param name="Accuracy">Training accuracy, 0 to 1, with dropout.</param>
/// <param name="ValidationLoss">Mean validation cross-entropy, in nats; null without validation.</param>
/// <param name="ValidationAccuracy">Validation accuracy, 0 to 1; null without validation.</param>
public sealed record EpochReport(int Epoch, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy)
{
    /// <summary>Mean F1 of the classes on the validation data, 0 to 1; null unless it is the <see cref="TrainingOptions.ValidationMetric"/>.</summary>
    public double? ValidationMacroF1 { get; init; }

    /// <summary>exp(<see cref="ValidationLoss"/>): of a language model, its validation perplexity; null without validation.</summary>
    public double? ValidationPerplexity => ValidationLoss is { } loss ? HostMath.Exp(loss) : null;

    /// <summary>What the caller's own metric made of the model after the epoch, such as BLEU, the higher the better; null where there is none, as of all but translations.</summary>
    public double? ValidationScore { get; init; }

    /// <summary>How it went; null where that is not known.</summary>
    public EpochCourse? Course { get; init; }

    /// <summary>Whether the results are the same. <see cref="Course"/> is not compared: a clock has a part in it.</summary>
    public bool Equals(EpochReport? other) => other != null && Results == other.Results;

    /// <inheritdoc/>
    public override int GetHashCode() => Results.GetHashCode();

    private (int, double, double, double?, double?, double?, double?) Results => (Epoch, Loss, Accuracy, ValidationLoss, ValidationAccuracy, ValidationMacroF1, ValidationScore);
}
