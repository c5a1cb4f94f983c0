namespace Microsoft.ML.RevRnn;

/// <summary>Options of the multi-label trainers, <c>MulticlassClassification.Trainers.RevLstmMultiLabel</c> and <c>RevGruMultiLabel</c>.</summary>
/// <remarks>
/// The label is a vector with a Boolean for each of C labels that may hold, or a vector of the keys of those that do. The score is a vector with
/// the probability of each, and the predicted label one with a Boolean for each, true where the probability is above 1/2.
/// </remarks>
public sealed class RevRnnMultiLabelOptions : RevRnnTrainerOptions;
