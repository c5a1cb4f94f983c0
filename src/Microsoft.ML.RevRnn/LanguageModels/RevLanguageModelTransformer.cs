using Microsoft.ML;
using Microsoft.ML.RevRnn;
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
public sealed partial class RevLanguageModelTransformer : RevRnnTransformer
{
    internal const string LoaderSignature = "RevRnnLanguageModel";

    private static readonly VersionInfo _version = Payload.Version("REVRNNLM", LoaderSignature);

    private readonly LanguageModelColumns _columns;
    private readonly LanguageModel _model;

    internal RevLanguageModelTransformer(
        IHost host, LanguageModelColumns columns, Tokenization tokenization, LanguageModel model, TrainingReport? report, ContextColumn? context)
        : base(host, columns.Input, tokenization, report)
    {
        _columns = columns;
        _model = model;
        ContextColumn = context;
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
    public override WeightPrecision WeightPrecision => _model.WeightPrecision;

    /// <inheritdoc/>
    public override NetworkOptions Network => _model.Network;

    internal LanguageModel Model => _model;

    /// <inheritdoc/>
    public override RevLanguageModelTransformer WithWeights(WeightPrecision precision)
        => precision == WeightPrecision ? this : new(Host, _columns, Tokenization, _model.WithWeights(precision), Report, ContextColumn) { Shrinking = Shrinking };

    private protected override VersionInfo Version => _version;

    /// <summary>
    /// How well the model predicts the texts of data, each by itself from its beginning to its end. The processors share the rows; the sums are taken in the
    /// order of the rows, in double precision, so that they do not depend on how many processors there are.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The column to read is missing or of another type than in training.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    public LanguageModelMetrics Evaluate(IDataView data) => Evaluate(data, new EvaluationOptions());

    /// <summary>
    /// How well the model predicts the texts of data, each by itself or as it follows the one before, and adapted to them as it reads or not. Of texts by themselves the processors
    /// share the rows; the sums are taken in the order of the rows, in double precision, so that they do not depend on how many processors there are.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="options">How its texts are read.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column to read is missing or of another type than in training, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    public LanguageModelMetrics Evaluate(IDataView data, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.CarriesOver)
        {
            RequireNoContext($"{nameof(EvaluationOptions)}.{nameof(EvaluationOptions.CarriesOver)} cannot be set");
            var texts = new ReadTexts(data, Input, Tokenization, Host);
            var score = _model.Evaluate(texts.Tokens, options);
            return score.TokenCount > 0 ? new LanguageModelMetrics(score.LogLikelihood, score.TokenCount, texts.CharacterCount) : throw NoRows();
        }
        var view = View(
            data,
            ScoredRows.Columns,
            (row, sources) => ScoredRows.CreateGetters(
                Scores(row, Tokenization.CreateReader(row, sources.Sequence), options.Cache), Tokenization.CreateCharacterCounter(row, sources.Sequence)),
            ScoresSideBySide(options.Cache));
        return ScoredRows.Sum(view) ?? throw NoRows();
    }

    /// <summary>
    /// Chooses theta and lambda of a cache by the likelihood of texts that neither were trained on nor are what is to be measured. They are read once, by one thread.
    /// </summary>
    /// <param name="data">Held-back texts.</param>
    /// <param name="options">What is tried; null for the defaults.</param>
    /// <exception cref="ArgumentException">The column to read is missing or of another type than in training, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    /// <example>
    /// <code>
    /// var choice = model.ChooseCache(validation);
    /// var metrics = model.Evaluate(test, new EvaluationOptions { Cache = choice.Cache, CarriesOver = true });
    /// </code>
    /// </example>
    public CacheChoice ChooseCache(IDataView data, CacheSearchOptions? options = null)
    {
        RequireNoContext("no cache is chosen for it");
        var texts = new ReadTexts(data, Input, Tokenization, Host).Tokens.ToList();
        return texts.Count > 0 ? _model.ChooseCache(texts, options) : throw NoRows();
    }

    /// <summary>A text to be read, and gone on with, piece after piece. Each further token costs one step, however long the text.</summary>
    /// <param name="prompt">How it begins. What the model does not know is read as unknown.</param>
    /// <exception cref="InvalidOperationException">The model is of key vectors.</exception>
    /// <param name="cache">Adapts the model to the text as it is read; null for the model as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option of the cache is out of its range.</exception>
    public TextSession StartText(string prompt = "", CacheOptions? cache = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        RequireNoContext($"{nameof(Given)} says what");
        var session = new TextSession(_model, RequireTokenizer(), cache);
        session.Read(prompt);
        return session;
    }

    /// <summary>
    /// A token sequence to be read, and gone on with. In a model of key vectors, key k (1 to the key type's count) is token k + 1, and a missing key, 0, is so
    /// <see cref="TextTokenizer.UnknownToken"/>.
    /// </summary>
    /// <param name="cache">Adapts the model to the tokens as they are read; null for the model as it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option of the cache is out of its range.</exception>
    public LanguageModelSession StartTokens(CacheOptions? cache = null)
    {
        RequireNoContext($"{nameof(Given)} says what");
        return _model.CreateSession(cache);
    }

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
        RequireNoContext($"{nameof(Given)} says what");
        options ??= new GenerationOptions();
        options.Validate();
        return GeneratedText.Pieces(() => StartText(prompt, options.Cache), options, cancellationToken);
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
        RequireNoContext("what its predictions hang on is not computed");
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
        return new RevLanguageModelEstimator(Host, options).FitChecked(data, validation, this);
    }

    private protected override IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema)
        => _columns.Added.Select(column => new DataViewSchema.DetachedColumn(column.Name, column.Type));

    private protected override bool ReadsAhead => ScoresSideBySide(cache: null);

    private protected override Delegate[] CreateGetters(DataViewRow row, RowInput input)
    {
        var result = Scores(row, input.Tokens);
        ValueGetter<float> logLikelihood = (ref float value) => value = (float)result.Value.LogLikelihood;
        ValueGetter<float> perplexity = (ref float value) => value = (float)result.Value.Perplexity;
        ValueGetter<int> tokenCount = (ref int value) => value = (int)result.Value.TokenCount;
        return [logLikelihood, perplexity, tokenCount];
    }

    /// <summary>Writes the names of input, log-likelihood, perplexity and token count column.</summary>
    private protected override void SaveColumns(BinaryWriter writer) => _columns.Save(writer);

    /// <summary>The labels or keys that are contexts.</summary>
    private protected override IReadOnlyList<string>? OutcomeNames => ContextLabels.Count > 0 ? ContextLabels : null;

    private protected override void WriteOnnx(Stream stream, OnnxExportOptions options) => _model.SaveAsOnnx(stream, options);

    private protected override OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options)
    {
        if (ContextColumn != null)
        {
            throw Host.Process(new NotSupportedException(
                $"The pipeline cannot be converted to ONNX: its language model is given contexts, of column '{ContextColumn.Name}'. Write the model by itself with {nameof(SaveAsOnnx)}: the context is an input of that file."));
        }
        return _model.ToOnnxSubgraph(inputs, options);
    }

    /// <summary>Writes the model; of one that is given contexts their column, as <see cref="LanguageModels.ContextColumn"/> has it.</summary>
    private protected override void SaveModel(BinaryWriter writer)
    {
        _model.Save(writer);
        ContextColumn?.Save(writer);
    }

    /// <summary>Called by ML.NET when it loads a model.</summary>
    private static RevLanguageModelTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        => Load(env, ctx, _version, LanguageModelColumns.Load, (columns, saved) =>
        {
            var model = LanguageModel.Load(saved.Reader);
            saved.Tokenization.RequireVocabulary(model.VocabularySize);
            columns.Input.RequireFeatures(0);
            var context = model.ContextSize == 0 ? null : ContextColumn.Load(saved.Reader, model.ContextSize);
            return new RevLanguageModelTransformer(saved.Host, columns, saved.Tokenization, model, saved.Report, context);
        });

    private Exception NoRows()
        => Host.Process(new InvalidOperationException($"The data has no rows, so there is nothing in column '{InputColumnName}' to evaluate."));

    private TextTokenizer RequireTokenizer() => Tokenization.Tokenizer ?? throw Host.Process(new InvalidOperationException(
        $"The model is of the keys in column '{InputColumnName}', so it has tokens and no text. " +
        $"{nameof(StartTokens)}() reads and writes tokens: key k is token k + 1."));
}
