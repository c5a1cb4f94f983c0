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
    /// A language model to start from (Howard and Ruder 2018, ULMFiT): its tokens, network and weights are taken, and what the options say of vocabulary and network is
    /// not used, but for the pooling. Its cell must be the trainer's, and <see cref="NetworkOptions.Bidirectional"/> unset. Texts without labels teach it, many; few
    /// with labels are then enough. Null for none.
    /// </summary>
    [JsonIgnore]
    public RevLanguageModelTransformer? LanguageModel { get; set; }

    /// <summary>How the layers of <see cref="LanguageModel"/> are trained on. Not used without one.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public FineTuningOptions FineTuning { get; set => field = value ?? throw new ArgumentNullException(nameof(FineTuning)); } = new();

    private protected override void Check()
    {
        CheckName(nameof(LabelColumnName), LabelColumnName);
        CheckName(nameof(TextColumnName), TextColumnName);
        CheckName(nameof(ScoreColumnName), ScoreColumnName);
        CheckName(nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        CheckDiffer(nameof(ScoreColumnName), ScoreColumnName, nameof(PredictedLabelColumnName), PredictedLabelColumnName);
        base.Check();
        FineTuning.Validate();
        Pretrained.Check(nameof(LanguageModel), LanguageModel, Network);
    }
}
