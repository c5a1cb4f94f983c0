namespace Microsoft.ML.RevRnn;

/// <summary>Options of the classification trainers, <c>MulticlassClassification.Trainers.RevLstm</c> and <c>RevGru</c>.</summary>
/// <remarks>The label is a key. The score is a vector with the probability of each class, and the predicted label is the most probable one.</remarks>
public sealed class RevRnnClassificationOptions : RevRnnTrainerOptions;
