namespace Microsoft.ML.RevRnn;

/// <summary>One prediction of a language model, and what it hangs on.</summary>
/// <param name="Position">The token that is predicted, from 0; as many as there are tokens for what follows the text.</param>
/// <param name="Target">The token whose score is looked at.</param>
/// <param name="MostProbable">The most probable tokens, in descending order.</param>
/// <param name="Connectivity">Of each token before it what the measure tells: a value for each, from the text's first. The score is that before softmax.</param>
public sealed record PredictionConnectivity(int Position, TokenProbability Target, IReadOnlyList<TokenProbability> MostProbable, ConnectivityRow Connectivity);
