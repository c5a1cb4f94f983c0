using Microsoft.ML.RevRnn;

namespace LanguageModeling;

/// <summary>Networks and training that suit characters and words on a few processors within minutes.</summary>
internal static class Recipe
{
    private static readonly TrainingOptions _training = new()
    {
        BatchSize = 32,
        Schedule = LearningRateSchedule.Cosine,
        // Time ends training, not epochs.
        MaximumEpochs = 1000,
        Patience = 1000,
    };

    public static RevLanguageModelOptions For(TokenKind level) => level == TokenKind.Characters ? Characters() : Pieces(level);

    private static RevLanguageModelOptions Characters() => new()
    {
        Vocabulary = new VocabularyOptions { Kind = TokenKind.Characters, MaximumSize = 1000 },
        Network = new NetworkOptions { EmbeddingSize = 64, HiddenSize = 512 },
        Model = new LanguageModelOptions { WindowLength = 128 },
        Training = _training with { Dropout = 0.2f, LearningRate = 4e-3f },
    };

    private static RevLanguageModelOptions Pieces(TokenKind level) => new()
    {
        Vocabulary = new VocabularyOptions { Kind = level, MaximumSize = level == TokenKind.Words ? 20_000 : 4_000, Lowercase = false },
        Network = new NetworkOptions { EmbeddingSize = 256, HiddenSize = 256, TieEmbeddings = true },
        Model = new LanguageModelOptions { WindowLength = 70 },
        Training = _training with { Dropout = 0.3f, LearningRate = 3e-3f },
    };
}
