using Microsoft.ML.RevRnn;

namespace Translation;

/// <summary>Networks and training that suit short forms and sentences on a few processors within minutes.</summary>
internal static class Recipe
{
    public static RevTranslationOptions For(bool areDates, bool isShort)
    {
        var options = areDates ? Characters() : Sentences();
        if (isShort)
            options.Training = options.Training with { MaximumEpochs = 2 };
        return options;
    }

    private static RevTranslationOptions Characters() => new()
    {
        Vocabulary = new VocabularyOptions { Kind = TokenKind.Characters },
        Network = new NetworkOptions { EmbeddingSize = 64, HiddenSize = 128 },
        Decoding = new DecodingOptions { BeamWidth = 1 },
        Training = new TrainingOptions { MaximumEpochs = 12, Patience = 12, BatchSize = 32, LearningRate = 5e-3f, Dropout = 0 },
    };

    private static RevTranslationOptions Sentences() => new()
    {
        Network = new NetworkOptions { EmbeddingSize = 256, HiddenSize = 256 },
        Training = new TrainingOptions { MaximumEpochs = 10, LearningRate = 2e-3f, Dropout = 0.3f },
    };
}
