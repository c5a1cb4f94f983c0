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
    /// The column of what the model is told of each text: a label (text), a key, or a vector of Single, such as what another model made of it. One model then writes texts of each kind
    /// (<see cref="RevLanguageModelTransformer.Given(string)"/>) and tells the kinds apart (<see cref="RevLanguageModelTransformer.RankContexts"/>). Up to 4,096 labels, keys or numbers.
    /// <see cref="LanguageModelOptions.Layout"/> of <see cref="Model"/> must be <see cref="TextLayout.Documents"/>. Null for none.
    /// </summary>
    public string? ContextColumnName { get; set; }

    /// <summary>Where the context enters the network.</summary>
    public ContextUse ContextUse { get; set; } = ContextUse.Both;

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
        CheckContext();
        base.Check();
        Model.Validate();
        CheckForwardsOnly("a language model reads forwards only, since what it is to predict lies behind");
    }

    internal override void CheckGoingOn(RevRnnTransformer previous, CellKind? namedCell)
    {
        base.CheckGoingOn(previous, namedCell);
        var model = (RevLanguageModelTransformer)previous;
        if (ContextColumnName == model.ContextColumnName && (ContextColumnName == null || ContextUse == model.ContextUse))
            return;
        throw new ArgumentException(
            $"The options have {Describe(ContextColumnName, ContextUse)}, and the model to go on with {Describe(model.ContextColumnName, model.ContextUse)}, which going on cannot change. Set " +
            $"{nameof(ContextColumnName)} and {nameof(ContextUse)} to the same; or train anew, without the model.", nameof(ContextColumnName));

        static string Describe(string? name, ContextUse? use) => name == null ? "no context column" : $"the context column '{name}' for {use}";
    }

    private void CheckContext()
    {
        if (Model.Contexts != null)
        {
            throw new ArgumentException(
                $"{nameof(LanguageModelOptions.Contexts)} of {nameof(Model)} is set; contexts are read from the column that {nameof(ContextColumnName)} names.", nameof(Model));
        }
        if (ContextColumnName == null)
            return;
        CheckName(nameof(ContextColumnName), ContextColumnName);
        if (NeuronSelection != null)
            throw new ArgumentException($"{nameof(ContextColumnName)} and {nameof(NeuronSelection)} are both set, and neurons cannot be cut from the maps of a context; leave either out.", nameof(NeuronSelection));
        if (!Enum.IsDefined(ContextUse))
            throw new ArgumentOutOfRangeException(nameof(ContextUse), ContextUse, $"{nameof(ContextUse)} is {ContextUse}; it must be one of {string.Join(", ", Enum.GetNames<ContextUse>())}.");
        if (Model.Layout != TextLayout.Documents)
        {
            throw new ArgumentException(
                $"{nameof(ContextColumnName)} is set, and {nameof(LanguageModelOptions.Layout)} is {Model.Layout}, in which texts run into each other, while each has a context of its own; " +
                $"set Model = new() {{ Layout = TextLayout.{nameof(TextLayout.Documents)} }}.", nameof(Model));
        }
    }
}
