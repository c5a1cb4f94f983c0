using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>Options of the language model estimator, <c>Transforms.Text.RevLanguageModel</c>.</summary>
/// <remarks>
/// Its recurrent cell is that of <see cref="RevRnnOptions.Network"/>. <see cref="CellKind.Lstm"/> and <see cref="CellKind.Gru"/> cannot be reversed: where
/// <see cref="TrainingOptions.ActivationStrategy"/> is <see cref="ActivationStrategy.Reversible"/>, its default, their activations are stored.
/// <see cref="NetworkOptions.Bidirectional"/> must be unset.
/// </remarks>
public sealed class RevLanguageModelOptions : RevRnnOptions
{
    /// <summary>The column of what is learned to be predicted: text, or a vector of keys with one key a token.</summary>
    public string InputColumnName { get; set; } = "Text";

    /// <summary>
    /// Several columns of text, in place of <see cref="InputColumnName"/>: they are read as one text in this order, with <see cref="TextTokenizer.BoundaryToken"/> between
    /// each two, which no text has. A row's log p is that of all of it; what the model writes ends where a column's text would. A classifier of several columns can as well
    /// start from a model of one, which knows the boundary between texts. Null for <see cref="InputColumnName"/>.
    /// </summary>
    public string[]? InputColumnNames { get; set; }

    /// <summary>The column that will hold log p of each row's text, in nats.</summary>
    public string LogLikelihoodColumnName { get; set; } = "LogLikelihood";

    /// <summary>The column that will hold the perplexity of each row's text.</summary>
    public string PerplexityColumnName { get; set; } = "Perplexity";

    /// <summary>The column that will hold the number of predictions of each row: its tokens, and the end.</summary>
    public string TokenCountColumnName { get; set; } = "TokenCount";

    /// <summary>How the texts are laid out for training, dropout and softmax.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public LanguageModelOptions Model { get; set => field = value ?? throw new ArgumentNullException(nameof(Model)); } = new();

    /// <summary>
    /// How the model is made smaller when it has been trained: which of its neurons are kept, and trained further as <see cref="RevRnnOptions.Training"/> says, with a checkpoint beside
    /// that of the training, whose name ends in <c>.smaller</c>. A training that paused or was cancelled gives the whole model. Null to keep all neurons; a trained model can be made
    /// smaller later too, by its <c>Shrink</c>.
    /// </summary>
    public ShrinkOptions? NeuronSelection { get; set; }
    /// <summary>
    /// Called after each epoch, on the training thread, with its result and the model as it is then, which stays so: to write a line of text with, or to save.
    /// The model has no <see cref="RevRnnTransformer.Report"/> yet. What it throws ends the training. Null for nobody.
    /// </summary>
    [JsonIgnore]
    public Action<EpochReport, RevLanguageModelTransformer>? EpochEnded { get; set; }

    internal override IReadOnlyList<string> SequenceColumnNames => InputColumnNames ?? [InputColumnName];

    internal override ShrinkOptions? Selection => NeuronSelection;

    internal override string SequenceColumnsOption => nameof(InputColumnNames);

    private protected override void Check()
    {
        CheckName(nameof(InputColumnName), InputColumnName);
        InputColumnNames = CheckNames(nameof(InputColumnNames), InputColumnNames);
        CheckName(nameof(LogLikelihoodColumnName), LogLikelihoodColumnName);
        CheckName(nameof(PerplexityColumnName), PerplexityColumnName);
        CheckName(nameof(TokenCountColumnName), TokenCountColumnName);
        CheckDiffer(nameof(LogLikelihoodColumnName), LogLikelihoodColumnName, nameof(PerplexityColumnName), PerplexityColumnName);
        CheckDiffer(nameof(LogLikelihoodColumnName), LogLikelihoodColumnName, nameof(TokenCountColumnName), TokenCountColumnName);
        CheckDiffer(nameof(PerplexityColumnName), PerplexityColumnName, nameof(TokenCountColumnName), TokenCountColumnName);
        base.Check();
        Model.Validate();
        CheckForwardsOnly("a language model reads forwards only, since what it is to predict lies behind");
    }
}
