namespace Microsoft.ML.RevRnn;

/// <summary>How probable it is that a text was written under a context.</summary>
/// <param name="Label">The label, or what the key is called.</param>
/// <param name="Probability">p(label | text), all labels being as likely before the text was seen.</param>
/// <param name="LogLikelihood">log p(text | label), in nats.</param>
public readonly record struct ContextProbability(string Label, float Probability, double LogLikelihood);
