using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.RevRnn.LanguageModels;

namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn trainers, which learn from labels, have in common.</summary>
public abstract class RevRnnTrainerOptions : RevRnnOptions
{
    private protected RevRnnTrainerOptions()
    {
    }

    /// <summary>The column of what is to be learned; its type is the trainer's.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The column to learn it from: text, or a vector of keys with one key a token.</summary>
    public string TextColumnName { get; set; } = "Text";

    /// <summary>
    /// Several columns of text to learn it from, such as title and body, in place of <see cref="TextColumnName"/>: they are read as one text in this order, with <see
    /// cref="TextTokenizer.BoundaryToken"/> between each two, which no text has. An empty text has no tokens, so that its boundaries stand side by side. A tagger reads one
    /// column. Null for <see cref="TextColumnName"/>.
    /// </summary>
    public string[]? TextColumnNames { get; set; }

    /// <summary>
    /// Columns of numbers that are known of a row besides its text, such as a price or the output of a featurizer: Single, or a vector of Single of known size. They are
    /// joined to the pooled states of the text: the scores are W [pooled; z] + b, with z = (x - mean) / deviation over the rows that are trained on, which the model
    /// keeps. NaN, which is ML.NET's missing value, counts as the mean, in training with a warning; an infinite number is an error. <see cref="TrainingOptions.Dropout"/>
    /// drops pooled states and never these. While it trains, those of all rows are in memory, sparse ones as if they were dense. A tagger takes none. Null for none.
    /// </summary>
    public string[]? FeatureColumnNames { get; set; }

    /// <summary>
    /// How the model is made smaller when it has been trained: which of its neurons are kept, and trained further as <see cref="RevRnnOptions.Training"/> says, with a checkpoint beside
    /// that of the training, whose name ends in <c>.smaller</c>. A training that paused or was cancelled gives the whole model. Null to keep all neurons; a trained model can be made
    /// smaller later too, by its <c>Shrink</c>.
    /// </summary>
    public ShrinkOptions? NeuronSelection { get; set; }

    /// <summary>
    /// The linear part of the model, whose scores join those of the network: a map of hashed n-grams of words and characters. It knows words that the vocabulary has not and is
    /// hard to beat where texts are few; the network adds what their order tells. Both are trained on the same rows, and those that are held back tell how much either counts.
    /// Null for the network alone. A model to go on with has its own; a tagger has none, whatever this is.
    /// </summary>
    public NGramOptions? NGrams { get; set; } = new();

    /// <summary>The column that will hold what the trained model thinks of each label that is possible.</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>The column that will hold the label that it decides for.</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>
    /// The column of what each row weighs in the loss, Single; null for 1 each. A row that weighs 0 is left out; a negative number, an infinite one or NaN is an error. See
    /// <see cref="ExampleOptions"/> for the loss.
    /// </summary>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>
    /// The column of what rows have in common that must not be told apart, such as their author: rows of the same value are held back together or not at all, and <see
    /// cref="TrainingOptions.ValidationFraction"/> is that of the values. Null where each row is by itself. Not used with a validation set of one's own.
    /// </summary>
    public string? SamplingKeyColumnName { get; set; }

    /// <summary>What the classes weigh in the loss; null for 1 each.</summary>
    public ClassWeights? ClassWeights { get; set; }

    /// <summary>
    /// The part of each label's probability that is spread evenly over all classes, 0 to 0.5; where labels hold each by itself, over it and its contrary. The losses that
    /// are reported have it too. See <see cref="ExampleOptions.LabelSmoothing"/>.
    /// </summary>
    public float LabelSmoothing { get; set; }

    /// <summary>
    /// A language model to start from (Howard and Ruder 2018, ULMFiT): its tokens, network and weights are taken, and what the options say of vocabulary and network is
    /// not used, but for the pooling. Its cell must be the trainer's, and <see cref="NetworkOptions.Bidirectional"/> unset. Texts without labels teach it, many; few
    /// with labels are then enough. One of all kinds of texts is best adapted to these before, by <c>Fit(texts, model)</c> of its estimator. Null for none.
    /// </summary>
    [JsonIgnore]
    public RevLanguageModelTransformer? LanguageModel { get; set; }

    /// <summary>How the layers of <see cref="LanguageModel"/> are trained on. Not used without one.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public FineTuningOptions FineTuning { get; set => field = value ?? throw new ArgumentNullException(nameof(FineTuning)); } = new();

    internal override ShrinkOptions? Selection => NeuronSelection;

    internal override IReadOnlyList<string> SequenceColumnNames => TextColumnNames ?? [TextColumnName];

    internal override string SequenceColumnsOption => nameof(TextColumnNames);

    internal override object RowKey => (base.RowKey, LanguageModel, NGramsOfTexts);

    private protected override bool HasPooling => true;

    /// <summary>What the n-grams of a text depend on, not how their map is trained; null for none.</summary>
    private NGramOptions? NGramsOfTexts => NGrams == null ? null : NGrams with { HashBits = null, Epochs = 1, LearningRate = null, L2Regularization = 0 };

    /// <summary>The n-grams of whole rows that are learned from; null for none.</summary>
    internal NGramOptions? NGramsOfRows => HasPooling ? NGrams : null;

    internal override void Take(RevRnnHyperparameters values)
    {
        base.Take(values);
        LabelSmoothing = values.LabelSmoothing;
        Network = Network with { Bidirectional = values.Bidirectional && LanguageModel == null && Network.Feedback == FeedbackKind.None };
        if (HasPooling)
            Network = Network with { Pooling = values.Pooling };
    }

    internal override void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        Pretrained.CheckGoingOn(nameof(LanguageModel), LanguageModel);
        base.CheckGoingOn(previous, namedCell);
        GoingOn.CheckColumns(nameof(FeatureColumnNames), FeatureColumnNames ?? [], ((RevRnnPredictionTransformer)previous).FeatureColumnNames);
    }

    private protected override void Check()
    {
        CheckName(nameof(LabelColumnName), LabelColumnName);
        CheckName(nameof(TextColumnName), TextColumnName);
        TextColumnNames = CheckNames(nameof(TextColumnNames), TextColumnNames);
        FeatureColumnNames = CheckNames(nameof(FeatureColumnNames), FeatureColumnNames);
        NGrams?.Validate();
        CheckName(nameof(ScoreColumnName), ScoreColumnName);
        CheckName(nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        if (ExampleWeightColumnName != null)
            CheckName(nameof(ExampleWeightColumnName), ExampleWeightColumnName);
        if (SamplingKeyColumnName != null)
            CheckName(nameof(SamplingKeyColumnName), SamplingKeyColumnName);
        if (!(LabelSmoothing is >= 0 and <= 0.5f))
        {
            throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), LabelSmoothing, string.Create(
                CultureInfo.InvariantCulture, $"{nameof(LabelSmoothing)} is {LabelSmoothing}; it must be from 0 to 0.5."));
        }
        CheckDiffer(nameof(ScoreColumnName), ScoreColumnName, nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        base.Check();
        FineTuning.Validate();
        Pretrained.Check(nameof(LanguageModel), LanguageModel, Network);
        CheckVectors(nameof(LanguageModel), LanguageModel);
    }
}
