using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// A translation's weights, packed once for all that translate and score with them, and what is kept of them. Whoever asks first waits for it. Safe for use from many threads.
/// </summary>
/// <param name="parameters">The weights.</param>
internal sealed class SharedTranslation(TranslationParameters parameters)
{
    /// <summary>A pass that is never run, so that those that are may come and go.</summary>
    private readonly Lazy<TranslationPass> _owner = new(() =>
    {
        var owner = CreatePass(parameters, decoder => TranslationObjective.CreateExactHead(parameters, decoder));
        owner.ShareWeights(null);
        return owner;
    });

    /// <summary>Vs.</summary>
    public int SourceVocabulary => parameters.Shape.Encoder.Vocabulary;

    /// <summary>A pass that tells the exact loss.</summary>
    public TranslationPass CreateScoring() => Share(CreatePass(parameters, decoder => TranslationObjective.CreateExactHead(parameters, decoder)));

    /// <summary>A pass that tells what may come next, and its head.</summary>
    public (TranslationPass Pass, NextTokensHead Head) CreateSearch()
    {
        NextTokensHead? head = null;
        var pass = Share(CreatePass(parameters, decoder => head = new NextTokensHead(parameters.Output, decoder)));
        return (pass, head!);
    }

    private TranslationPass Share(TranslationPass pass)
    {
        pass.ShareWeights(_owner.Value);
        return pass;
    }

    private static TranslationPass CreatePass(TranslationParameters parameters, Func<ISequenceEncoder, ISequenceHead> createHead)
        => new(parameters, TranslationSettings.Prediction, new Device(threads: 1), createHead);
}
