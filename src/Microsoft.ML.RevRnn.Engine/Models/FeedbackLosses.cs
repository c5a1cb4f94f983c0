namespace Microsoft.ML.RevRnn;

/// <summary>
/// How a tagger whose classes are fed back (<see cref="FeedbackKind.Output"/>) does with the true class before each token, as in training, and with its own, as in use. The difference is
/// the exposure bias: what it costs to stand on one's own errors.
/// </summary>
/// <param name="TeacherForced">Mean cross-entropy of a token, in nats, given the true class before it.</param>
/// <param name="FreeRunning">The same, given the class that was the most probable before it.</param>
/// <param name="TeacherForcedAccuracy">Share of tokens that are told rightly given the true class before it.</param>
/// <param name="FreeRunningAccuracy">The same, given the class that was the most probable before it.</param>
/// <param name="TokenCount">How many tokens there were.</param>
public sealed record FeedbackLosses(double TeacherForced, double FreeRunning, double TeacherForcedAccuracy, double FreeRunningAccuracy, long TokenCount)
{
    /// <summary><see cref="FreeRunning"/> less <see cref="TeacherForced"/>.</summary>
    public double ExposureBias => FreeRunning - TeacherForced;
}
