namespace Microsoft.ML.RevRnn.Heads;

/// <summary>Some consecutive outputs of a chunk, the scores of which exist at a time.</summary>
/// <param name="First">The first one's flat row in the chunk.</param>
/// <param name="Rows">How many they are.</param>
/// <param name="IsTraining">Whether gradients are wanted, and dropout applies.</param>
/// <param name="Scale">Factor in the batch's loss of that of a prediction that weighs 1.</param>
internal readonly record struct TokenPiece(int First, int Rows, bool IsTraining, float Scale);
