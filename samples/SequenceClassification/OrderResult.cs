namespace SequenceClassification;

/// <summary>The accuracy on texts of which only the order of words tells the class.</summary>
internal sealed record OrderResult(string Task, double Accuracy, double LinearAccuracy);
