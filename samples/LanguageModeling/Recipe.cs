using Microsoft.ML.RevRnn;

namespace LanguageModeling;

/// <summary>Networks and training that suit characters and words on a few processors within minutes.</summary>
internal static class Recipe
{
    public static RevLanguageModelOptions For(TokenKind level)
    {
        var options = new RevLanguageModelOptions
        {
            Layout = TextLayout.Streams,
            Schedule = LearningRateSchedule.Cosine,
            // Time ends training, not epochs.
            MaximumEpochs = 1000,
            Patience = 1000,
        };
        if (level == TokenKind.Characters)
        {
            options.Vocabulary = new VocabularyOptions { Kind = TokenKind.Characters, MaximumSize = 1000 };
            options.EmbeddingSize = 64;
            options.HiddenSize = 512;
            options.BatchSize = 32;
            options.WindowLength = 128;
            options.Dropout = 0.2f;
            options.LearningRate = 4e-3f;
            return options;
        }
        options.Vocabulary = new VocabularyOptions { Kind = level, MaximumSize = level == TokenKind.Words ? 20_000 : 4_000, Lowercase = false };
        options.EmbeddingSize = 256;
        options.HiddenSize = 256;
        options.TieEmbeddings = true;
        options.BatchSize = 32;
        options.WindowLength = 70;
        options.Dropout = 0.3f;
        options.LearningRate = 3e-3f;
        return options;
    }
}
