using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Export;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.LanguageModels;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(RevLanguageModelTransformer), null, typeof(SignatureLoadModel),
    "RevRNN language model", RevLanguageModelTransformer.LoaderSignature)]

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A trained language model. As a transformer it adds three columns: log p of the row's text, its end included, in nats; its perplexity, exp(-log p / n); and
/// n, the number of predictions: the text's tokens, and the end. It also writes texts. Made by <see cref="RevLanguageModelEstimator"/>.
/// </summary>
/// <remarks>
/// A model of key vectors has tokens and no text: what is about text then throws <see cref="InvalidOperationException"/>, and
/// <see cref="StartTokens"/> is there instead.
/// </remarks>
public sealed class RevLanguageModelTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnLanguageModel";

    private static readonly VersionInfo _version = Payload.Version("REVRNNLM", LoaderSignature);

    private readonly LanguageModelColumns _columns;
    private readonly LanguageModel _model;

    internal RevLanguageModelTransformer(
        IHost host, LanguageModelColumns columns, Tokenization tokenization, LanguageModel model, TrainingReport? report)
        : base(host, columns.Input, tokenization, report)
    {
        _columns = columns;
        _model = model;
    }

    /// <summary>The column that is added with log p, in nats: Single.</summary>
    public string LogLikelihoodColumnName => _columns.LogLikelihood;

    /// <summary>The column that is added with the perplexity: Single.</summary>
    public string PerplexityColumnName => _columns.Perplexity;

    /// <summary>The column that is added with the number of predictions: Int32.</summary>
    public string TokenCountColumnName => _columns.TokenCount;

    /// <summary>V: tokens are numbers from 0 to V - 1.</summary>
    public int VocabularySize => _model.VocabularySize;

    /// <summary>The number of learned values.</summary>
    public long ParameterCount => _model.ParameterCount;

    /// <inheritdoc/>
    public override NetworkOptions Network => _model.Network;

    internal LanguageModel Model => _model;

    private protected override VersionInfo Version => _version;

    /// <summary>
    /// How well the model predicts the texts of data, each by itself from its beginning to its end. The processors share the rows; the sums are taken in the
    /// order of the rows, in double precision, so that they do not depend on how many processors there are.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The column to read is missing or of another type than in training.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    public LanguageModelMetrics Evaluate(IDataView data)
    {
        var view = View(data, ScoredRows.Columns, (row, sources) => ScoredRows.CreateGetters(
            row, Scorer(Tokenization.CreateReader(row, sources.Sequence)), Tokenization.CreateCharacterCounter(row, sources.Sequence)));
        return ScoredRows.Sum(view) ?? throw Host.Process(new InvalidOperationException(
            $"The data has no rows, so there is nothing in column '{InputColumnName}' to evaluate."));
    }

    /// <summary>A text to be read, and gone on with, piece after piece. Each further token costs one step, however long the text.</summary>
    /// <param name="prompt">How it begins. What the model does not know is read as unknown.</param>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public TextSession StartText(string prompt = "")
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var session = new TextSession(_model, RequireTokenizer());
        session.Read(prompt);
        return session;
    }

    /// <summary>
    /// A token sequence to be read, and gone on with. In a model of key vectors, key k (1 to the key type's count) is token k + 1, and a missing key, 0, is so
    /// <see cref="TextTokenizer.UnknownToken"/>.
    /// </summary>
    public LanguageModelSession StartTokens() => _model.CreateSession();

    /// <summary>Writes a text, piece by piece: see <see cref="TextSession.Generate"/>. Each enumeration begins anew and gives the same text.</summary>
    /// <param name="prompt">How it begins; it is read, not given back. What the model does not know is read as unknown.</param>
    /// <param name="options">How to choose tokens; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it before the next token is chosen.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a stop string is empty.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; thrown by the enumeration.</exception>
    public IEnumerable<string> Generate(string prompt = "", GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        RequireTokenizer();
        options ??= new GenerationOptions();
        options.Validate();
        return GeneratePieces(prompt, options, cancellationToken);
    }

    /// <summary>The tokens that are most likely to follow a text, in descending order of their probability.</summary>
    /// <param name="prefix">The text, from its beginning. What the model does not know is read as unknown.</param>
    /// <param name="count">How many, at least 1; no more are given than there are in the vocabulary.</param>
    /// <param name="includesReserved">Whether the end of the text and the unknown token are among them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    public IReadOnlyList<TokenProbability> NextTokens(string prefix, int count = 10, bool includesReserved = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return StartText(prefix).NextTokens(Math.Min(count, VocabularySize), includesReserved);
    }

    /// <summary>
    /// What the predictions of a text's tokens hang on: of each, the gradient of its score by the vectors of the tokens before it (Madsen 2019, Visualizing memorization in
    /// RNNs). A prediction takes the time of about four passes over what it has read; reversal keeps the memory small, whatever the length.
    /// </summary>
    /// <param name="text">The text, from its beginning. What the model does not know is read as unknown.</param>
    /// <param name="options">Which predictions, and what of them; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the cell cannot be reversed and the options ask for it.</exception>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    /// <exception cref="ReversalException">Reversal failed its integrity checks.</exception>
    /// <example>
    /// <code>
    /// var report = model.Connectivity("the quick brown fox");
    /// report.SaveHtml("connectivity.html");
    /// </code>
    /// </example>
    public ConnectivityReport Connectivity(string text, RevConnectivityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TextConnectivity.Of(_model, RequireTokenizer(), text, options ?? new RevConnectivityOptions());
    }

    /// <summary>
    /// Makes a smaller model of the same kind: chooses the neurons that it needs, by learning gates on them (Louizos et al. 2018, Wen et al. 2020) or by the norms of their weights, cuts
    /// the others with all of their weights, and trains what is left further. Half the units are a quarter of the weights from state to state. This model stays as it is.
    /// </summary>
    /// <param name="data">Texts that the model was trained on, or some like them.</param>
    /// <param name="shrink">Which neurons are kept; null for the defaults, half the units.</param>
    /// <param name="training">
    /// How the smaller model is trained further, above all <see cref="RevRnnOptions.Training"/> and <see cref="RevLanguageModelOptions.Model"/>; what it says of network and vocabulary must
    /// be left as it is, or be the model's. Null for the defaults.
    /// </param>
    /// <param name="validation">Held-back texts; null to hold back a part of <paramref name="data"/>.</param>
    /// <returns>The smaller model; <see cref="RevRnnTransformer.Shrinking"/> has sizes, losses and times.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, or neurons cannot be cut: of a network with <see cref="NetworkOptions.SkipConnections"/>, or of one layer with <see cref="NetworkOptions.TieEmbeddings"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">There is no data, or training diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was a smaller model.</exception>
    /// <example>
    /// <code>
    /// var smaller = model.Shrink(data, new ShrinkOptions { KeepFraction = 0.5f });
    /// Console.WriteLine($"{smaller.Shrinking!.Before.ParameterCount} to {smaller.Shrinking.After.ParameterCount}");
    /// </code>
    /// </example>
    public RevLanguageModelTransformer Shrink(IDataView data, ShrinkOptions? shrink = null, RevLanguageModelOptions? training = null, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        var options = training == null ? new RevLanguageModelOptions { InputColumnNames = [.. InputColumnNames] } : (RevLanguageModelOptions)training.Copy();
        (options.NeuronSelection, options.OnlyShrinks) = (shrink ?? new ShrinkOptions(), true);
        var estimator = new RevLanguageModelEstimator(Host, options);
        return validation == null ? estimator.Fit(data, this) : estimator.Fit(data, validation, this);
    }

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => _columns.Added.Select(column => new DataViewSchema.DetachedColumn(column.Name, column.Type));

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var result = new RowResult<SequenceScore>(row, Scorer(input.Tokens));
        ValueGetter<float> logLikelihood = (ref float value) => value = (float)result.Value.LogLikelihood;
        ValueGetter<float> perplexity = (ref float value) => value = (float)result.Value.Perplexity;
        ValueGetter<int> tokenCount = (ref int value) => value = (int)result.Value.TokenCount;
        return [logLikelihood, perplexity, tokenCount];
    }

    /// <summary>Writes the names of input, log-likelihood, perplexity and token count column.</summary>
    private protected override void SaveColumns(BinaryWriter writer) => _columns.Save(writer);

    private protected override OnnxModel CreateOnnx(OnnxExportOptions options) => OnnxModels.Of(_model, options);

    private protected override IReadOnlyList<string> AddTo(OnnxTokens tokens, string? features)
    {
        var graph = tokens.Graph;
        var (logLikelihood, count) = OnnxModels.TextScores(tokens, _model.Parameters, OnnxArithmetic.FixedPoint);
        var mean = graph.Add("Div", [graph.Add("Neg", [logLikelihood]), graph.Cast(count, OnnxElement.Single)]);
        return [logLikelihood, graph.Add("Exp", [mean]), graph.Cast(count, OnnxElement.Int32)];
    }

    /// <summary>Writes the model.</summary>
    private protected override void SaveModel(BinaryWriter writer) => _model.Save(writer);

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevLanguageModelTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, LanguageModelColumns.Load, (columns, saved) =>
        {
            var model = LanguageModel.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(model.VocabularySize);
            columns.Input.RequireFeatures(0);
            return new RevLanguageModelTransformer(saved.Host, columns, saved.Tokenization, model, saved.Report);
        });

    private Func<SequenceScore> Scorer(Func<int[]> tokens) => () => _model.Score(tokens());

    private IEnumerable<string> GeneratePieces(string prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        foreach (var piece in StartText(prompt).Generate(options, cancellationToken))
            yield return piece;
    }

    private TextTokenizer RequireTokenizer() => Tokenization.Tokenizer ?? throw Host.Process(new InvalidOperationException(
        $"The model is of the keys in column '{InputColumnName}', so it has tokens and no text. " +
        $"{nameof(StartTokens)}() reads and writes tokens: key k is token k + 1."));
}
