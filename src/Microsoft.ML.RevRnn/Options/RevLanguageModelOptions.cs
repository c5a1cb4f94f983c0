namespace Microsoft.ML.RevRnn;

/// <summary>Options of the language model estimator, <c>Transforms.Text.RevLanguageModel</c>.</summary>
public sealed class RevLanguageModelOptions : RevRnnOptions
{
    private static readonly NetworkOptions _network = new();
    private static readonly LanguageModelOptions _model = new();

    /// <summary>The column of what is learned to be predicted: text, or a vector of keys with one key a token.</summary>
    public string InputColumnName { get; set; } = "Text";

    /// <summary>The column that will hold log p of each row's text, in nats.</summary>
    public string LogLikelihoodColumnName { get; set; } = "LogLikelihood";

    /// <summary>The column that will hold the perplexity of each row's text.</summary>
    public string PerplexityColumnName { get; set; } = "Perplexity";

    /// <summary>The column that will hold the number of predictions of each row: its tokens, and the end.</summary>
    public string TokenCountColumnName { get; set; } = "TokenCount";

    /// <summary>
    /// The recurrent cell. One that cannot be reversed (<see cref="CellKinds.IsReversible"/>) takes another
    /// <see cref="RevRnnOptions.ActivationStrategy"/> than the one that is set by default.
    /// </summary>
    public CellKind Cell { get; set; } = _network.Cell;

    /// <inheritdoc cref="NetworkOptions.TieEmbeddings"/>
    public bool TieEmbeddings { get; set; } = _network.TieEmbeddings;

    /// <inheritdoc cref="LanguageModelOptions.Layout"/>
    public TextLayout Layout { get; set; } = _model.Layout;

    /// <inheritdoc cref="LanguageModelOptions.WindowLength"/>
    public int WindowLength { get; set; } = _model.WindowLength;

    /// <inheritdoc cref="LanguageModelOptions.VariesWindowLength"/>
    public bool VariesWindowLength { get; set; } = _model.VariesWindowLength;

    /// <inheritdoc cref="LanguageModelOptions.InputDropout"/>
    public float? InputDropout { get; set; } = _model.InputDropout;

    /// <inheritdoc cref="LanguageModelOptions.LayerDropout"/>
    public float? LayerDropout { get; set; } = _model.LayerDropout;

    /// <inheritdoc cref="LanguageModelOptions.OutputDropout"/>
    public float? OutputDropout { get; set; } = _model.OutputDropout;

    /// <inheritdoc cref="LanguageModelOptions.EmbeddingDropout"/>
    public float EmbeddingDropout { get; set; } = _model.EmbeddingDropout;

    /// <inheritdoc cref="LanguageModelOptions.WeightDropout"/>
    public float WeightDropout { get; set; } = _model.WeightDropout;

    /// <inheritdoc cref="LanguageModelOptions.SoftmaxSamples"/>
    public int? SoftmaxSamples { get; set; } = _model.SoftmaxSamples;

    /// <summary>
    /// Called after each epoch, on the training thread, with its result and the model as it is then, which stays so: to write a line of text with, or to save.
    /// The model has no <see cref="RevRnnTransformer.Report"/> yet. What it throws ends the training. Null for nobody.
    /// </summary>
    public Action<EpochReport, RevLanguageModelTransformer>? EpochEnded { get; set; }

    internal override RevRnnOptions Checked()
    {
        var copy = (RevLanguageModelOptions)base.Checked();
        copy.GetNetwork(copy.Cell).Validate();
        copy.GetModel().Validate();
        if (!copy.Cell.IsReversible() && copy.ActivationStrategy == ActivationStrategy.Hybrid)
        {
            throw new ArgumentException(
                $"{nameof(ActivationStrategy)} is {copy.ActivationStrategy}, and {nameof(Cell)} is {copy.Cell}, which cannot be reversed; " +
                $"use {ActivationStrategy.Stored}, {ActivationStrategy.Checkpointed} or {ActivationStrategy.Auto}.",
                nameof(ActivationStrategy));
        }
        return copy;
    }

    internal override NetworkOptions GetNetwork(CellKind cell) => base.GetNetwork(cell) with { TieEmbeddings = TieEmbeddings };

    internal LanguageModelOptions GetModel() => new()
    {
        Layout = Layout,
        WindowLength = WindowLength,
        VariesWindowLength = VariesWindowLength,
        InputDropout = InputDropout,
        LayerDropout = LayerDropout,
        OutputDropout = OutputDropout,
        EmbeddingDropout = EmbeddingDropout,
        WeightDropout = WeightDropout,
        SoftmaxSamples = SoftmaxSamples,
    };

    private protected override void CheckColumns()
    {
        CheckName(nameof(InputColumnName), InputColumnName);
        CheckName(nameof(LogLikelihoodColumnName), LogLikelihoodColumnName);
        CheckName(nameof(PerplexityColumnName), PerplexityColumnName);
        CheckName(nameof(TokenCountColumnName), TokenCountColumnName);
        CheckDiffer(nameof(LogLikelihoodColumnName), LogLikelihoodColumnName, nameof(PerplexityColumnName), PerplexityColumnName);
        CheckDiffer(nameof(LogLikelihoodColumnName), LogLikelihoodColumnName, nameof(TokenCountColumnName), TokenCountColumnName);
        CheckDiffer(nameof(PerplexityColumnName), PerplexityColumnName, nameof(TokenCountColumnName), TokenCountColumnName);
    }

    private static void CheckDiffer(string option, string columnName, string otherOption, string otherColumnName)
    {
        if (columnName == otherColumnName)
            throw new ArgumentException($"{option} and {otherOption} are both '{columnName}'; they must differ.", otherOption);
    }
}
