using System.Globalization;
using System.Text.Json.Serialization;
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

    private protected override bool HasPooling => true;

    internal override void Take(RevRnnHyperparameters values)
    {
        base.Take(values);
        LabelSmoothing = values.LabelSmoothing;
        if (HasPooling)
            Network = Network with { Pooling = values.Pooling, Bidirectional = values.Bidirectional && LanguageModel == null };
    }

    internal override void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        Pretrained.CheckGoingOn(nameof(LanguageModel), LanguageModel);
        base.CheckGoingOn(previous, namedCell);
    }

    private protected override void Check()
    {
        CheckName(nameof(LabelColumnName), LabelColumnName);
        CheckName(nameof(TextColumnName), TextColumnName);
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
    }
}
