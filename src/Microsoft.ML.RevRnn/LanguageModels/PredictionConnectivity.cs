namespace Microsoft.ML.RevRnn;

/// <summary>One prediction of a language model or a tagger, and what it hangs on.</summary>
/// <param name="Position">The token that is predicted, or whose class is, from 0; of a language model as many as there are tokens for what follows the text.</param>
/// <param name="Target">The token, or of a tagger the class, whose score is looked at.</param>
/// <param name="MostProbable">The most probable tokens or classes, in descending order.</param>
/// <param name="Connectivity">Of each token before it, and of a tagger of its own too, what the measure tells: a value for each, from the text's first. The score is that before softmax.</param>
public sealed record PredictionConnectivity(int Position, TokenProbability Target, IReadOnlyList<TokenProbability> MostProbable, ConnectivityRow Connectivity);
