using System.Text.Json.Serialization;
using Microsoft.ML.RevRnn.Estimators;

namespace Microsoft.ML.RevRnn;

/// <summary>Options of the translation estimator, <c>Transforms.Text.RevTranslation</c>.</summary>
/// <remarks>
/// <see cref="RevRnnOptions.Network"/> is that of encoder and decoder both; <see cref="NetworkOptions.Bidirectional"/> is of the encoder alone.
/// <see cref="RevRnnOptions.Vocabulary"/> is of the source, and of the target too where <see cref="TargetVocabulary"/> is null; by default it is of up to 8,000 byte
/// pairs, of which nothing is unknown. Where few characters matter, as in dates, numbers and spelling, <see cref="TokenKind.Characters"/> learns faster.
/// </remarks>
public sealed class RevTranslationOptions : RevRnnOptions
{
    private const int BytePairs = 8_000;

    /// <summary>The defaults.</summary>
    public RevTranslationOptions() => Vocabulary = DefaultVocabulary;

    /// <summary>The column that will hold the translation: text, or a vector of keys where the target is one.</summary>
    public string OutputColumnName { get; set; } = "Translation";

    /// <summary>The column that is translated: text, or a vector of keys with one key a token.</summary>
    public string SourceColumnName { get; set; } = "Source";

    /// <summary>The column of what is to come out, which training and evaluation read: text, or a vector of keys with one key a token.</summary>
    public string TargetColumnName { get; set; } = "Target";

    /// <summary>The column that will hold log p of the translation, its end included, divided by its tokens and the end, in nats.</summary>
    public string ScoreColumnName { get; set; } = "TranslationScore";

    /// <summary>The column that will hold, for each token of the translation, the number of the source's token that most attention was on, from 0. Null for none.</summary>
    public string? AlignmentColumnName { get; set; }

    /// <summary>How targets are cut into tokens and which are known. Null: as sources are, but learned of the targets, or of both with <see cref="TranslationOptions.SharedVocabulary"/>.</summary>
    public VocabularyOptions? TargetVocabulary { get; set; }

    /// <summary>Attention, softmax, and whether source and target have one vocabulary.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TranslationOptions Model { get; set => field = value ?? throw new ArgumentNullException(nameof(Model)); } = new();

    /// <summary>How translations are searched: after training, and where <see cref="SelectsByBleu"/> is set after each epoch.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public DecodingOptions Decoding { get; set => field = value ?? throw new ArgumentNullException(nameof(Decoding)); } = new();

    /// <summary>
    /// Whether an unknown token of a translation becomes the piece of the source that most attention was on, as a name does that no training text has; else it is
    /// <c>&lt;unk&gt;</c>. Only words and characters can be unknown. True by default.
    /// </summary>
    public bool CopiesUnknown { get; set; } = true;

    /// <summary>
    /// Whether the best epoch is chosen, and training stopped early, by BLEU of the translations of what is held back, as <see cref="RevTranslationTransformer.Evaluate"/> has
    /// it, and not by <see cref="TrainingOptions.ValidationMetric"/>. All of it is then translated after each epoch. False by default.
    /// </summary>
    public bool SelectsByBleu { get; set; }

    /// <summary>
    /// Called after each epoch, on the training thread, with its result and the model as it is then, which stays so: to translate something with, or to save.
    /// The model has no <see cref="RevRnnTransformer.Report"/> yet. What it throws ends the training. Null for nobody.
    /// </summary>
    [JsonIgnore]
    public Action<EpochReport, RevTranslationTransformer>? EpochEnded { get; set; }

    internal VocabularyOptions VocabularyOfTarget => TargetVocabulary ?? Vocabulary;

    internal override IReadOnlyList<string> SequenceColumnNames => [SourceColumnName];

    internal override string SequenceColumnsOption => nameof(SourceColumnName);

    private protected override VocabularyOptions DefaultVocabulary => new() { Kind = TokenKind.BytePairs, MaximumSize = BytePairs };

    internal override void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        base.CheckGoingOn(previous, namedCell);
        var model = (RevTranslationTransformer)previous;
        if (TargetVocabulary != null)
            GoingOn.CheckVocabulary(TargetVocabulary, model.TargetTokenization, DefaultVocabulary);
        GoingOn.CheckTranslation(Model, model.Model.Options);
    }

    private protected override void Check()
    {
        CheckColumns();
        if (WordVectors != null)
            throw new ArgumentException($"{nameof(WordVectors)} is set, and a translation model starts from random vectors; leave it out.", nameof(WordVectors));
        base.Check();
        TargetVocabulary?.Validate();
        Model.Validate();
        Decoding.Validate();
        if (Model.SharedVocabulary && TargetVocabulary != null && TargetVocabulary != Vocabulary)
        {
            throw new ArgumentException(
                $"{nameof(TranslationOptions.SharedVocabulary)} is set, and {nameof(TargetVocabulary)} is another than {nameof(Vocabulary)}; leave one of them out.",
                nameof(TargetVocabulary));
        }
    }

    private void CheckColumns()
    {
        CheckName(nameof(SourceColumnName), SourceColumnName);
        CheckName(nameof(TargetColumnName), TargetColumnName);
        CheckDiffer(nameof(SourceColumnName), SourceColumnName, nameof(TargetColumnName), TargetColumnName);
        CheckName(nameof(OutputColumnName), OutputColumnName);
        CheckName(nameof(ScoreColumnName), ScoreColumnName);
        CheckDiffer(nameof(OutputColumnName), OutputColumnName, nameof(ScoreColumnName), ScoreColumnName);
        if (AlignmentColumnName is not { } alignment)
            return;
        CheckName(nameof(AlignmentColumnName), alignment);
        CheckDiffer(nameof(OutputColumnName), OutputColumnName, nameof(AlignmentColumnName), alignment);
        CheckDiffer(nameof(ScoreColumnName), ScoreColumnName, nameof(AlignmentColumnName), alignment);
    }
}
