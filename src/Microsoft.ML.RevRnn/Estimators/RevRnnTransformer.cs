using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.RevRnn.Binding;
using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.RevRnn.Exports;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Persistence;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// What all trained RevRnn models have in common: they read a column of text or keys, or several of text, and add columns that are computed of it row by row,
/// when a cursor asks for them. Immutable and safe for use from many threads.
/// </summary>
public abstract class RevRnnTransformer : ITransformer
{
    private protected RevRnnTransformer(IHost host, ReadColumns input, Tokenization tokenization, TrainingReport? report)
    {
        Host = host;
        Input = input;
        Tokenization = tokenization;
        Report = report;
    }

    /// <summary>The column that is read; the first one where there are several.</summary>
    public string InputColumnName => Input.Sequence[0];

    /// <summary>The columns that are read as one text, in this order.</summary>
    public IReadOnlyList<string> InputColumnNames => Input.Sequence;

    /// <summary>What training did and what it cost; saved with it. Null where there was no training of its own, in the model of an epoch, and in one that version 0.1 saved.</summary>
    public TrainingReport? Report { get; }

    /// <summary>
    /// What it was before it was made smaller, by the options' <c>NeuronSelection</c> or by <c>Shrink</c>, and what it is since: sizes, losses, times. Not saved with it; null where it was
    /// not made smaller, or was loaded.
    /// </summary>
    public ShrinkReport? Shrinking { get; internal init; }

    /// <summary>The shape of the network.</summary>
    public abstract NetworkOptions Network { get; }

    /// <summary>What the weights are rounded to: <see cref="WeightPrecision.Single"/> after training, else what <see cref="WithWeights"/> was asked for.</summary>
    public abstract WeightPrecision WeightPrecision { get; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns that are read.</summary>
    internal ReadColumns Input { get; }

    /// <summary>How a value of the column that is read becomes tokens.</summary>
    internal Tokenization Tokenization { get; }

    /// <summary>What exceptions are thrown in the name of.</summary>
    internal IExceptionContext Context => Host;

    private protected IHost Host { get; }

    /// <summary>What the labels that it tells, or is given, are called; null for no labels.</summary>
    private protected virtual IReadOnlyList<string>? OutcomeNames => null;

    /// <summary>The n-grams that are read beside the tokens; null for none.</summary>
    private protected virtual NGramOptions? ReadNGrams => null;

    /// <summary>What is read beside texts, keys and numbers.</summary>
    private protected virtual IReadOnlyList<DataViewSchema.Column> FindOthers(DataViewSchema inputSchema) => [];

    /// <summary>The columns of the input, and those that are added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column to read is missing or of another type than in training.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>A view of the data with the columns added. Nothing is computed yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column to read is missing or of another type than in training.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BoundDataView(Host, input, Bind(input.Schema), context => AddTo(context, input.Schema));
    }

    /// <summary>
    /// The same model with weights of another precision, for a smaller file: about a quarter with <see cref="WeightPrecision.Int8"/>. This one stays as it is. Weights are rounded here, once: what is saved and
    /// loaded predicts to the bit what the result does. docs/int8.md has what it costs.
    /// </summary>
    /// <param name="precision">
    /// <see cref="WeightPrecision.Int8"/> rounds each weight w of a matrix to the nearest q s, |w - q s| at most s / 2, where s is the largest |w| of its output unit or token / 127, rounded up to
    /// 8 bits. Of a model of 8 bits <see cref="WeightPrecision.Single"/> keeps the rounded weights: what was lost stays lost.
    /// </param>
    /// <returns>
    /// The model; this one where it has the precision. It takes the same memory and time. Trained further, it begins with the rounded weights and the result is of
    /// <see cref="WeightPrecision.Single"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    /// <example>
    /// <code>
    /// // Of a pipeline that ends with the model.
    /// var small = new TransformerChain&lt;RevRnnClassificationTransformer&gt;([.. model.SkipLast(1), model.LastTransformer.WithWeights(WeightPrecision.Int8)]);
    /// mlContext.Model.Save(small, data.Schema, "model.zip");
    /// </code>
    /// </example>
    public abstract RevRnnTransformer WithWeights(WeightPrecision precision);

    /// <summary>
    /// Writes the model as ONNX, which other languages and runtimes read: token numbers Int64 [rows, steps] in, with -1 behind a row's last token, and the columns that this transformer
    /// adds out. The tokenizer and the names of the labels are in the file's metadata; <c>Transforms.Text.RevTokens</c> makes tokens of text by them. Of keys, key k is token k + 1.
    /// docs/onnx.md has inputs, outputs and metadata of each kind of model.
    /// </summary>
    /// <param name="path">The file; it is written as a whole or not at all.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, or its kind or its cell cannot be written.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>classifier.SaveAsOnnx("classifier.onnx");</code></example>
    public void SaveAsOnnx(string path, OnnxExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var complete = Complete(options);
        AtomicFile.Write(path, stream => WriteOnnx(stream, complete), "model");
    }

    /// <inheritdoc cref="SaveAsOnnx(string, OnnxExportOptions?)"/>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null for the defaults.</param>
    public void SaveAsOnnx(Stream stream, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        WriteOnnx(stream, Complete(options));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>Writes: the names of the columns; the tokenization; whether there is a report, and the report; the model.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Payload.Save(ctx, Version, isOfOneColumn: Input.IsOne, writer =>
        {
            SaveColumns(writer);
            Tokenization.Save(writer);
            writer.Write(Report != null);
            if (Report is { } report)
                SavedReport.Of(report).Save(writer);
            SaveModel(writer);
        });
    }

    /// <summary>Reads what was saved.</summary>
    /// <param name="env">The environment.</param>
    /// <param name="ctx">What ML.NET gives.</param>
    /// <param name="version">Signatures and version of the saved form.</param>
    /// <param name="readColumns">Reads what <see cref="SaveColumns"/> wrote; is told whether one column is read.</param>
    /// <param name="readModel">Reads what <see cref="SaveModel"/> wrote, and makes the transformer.</param>
    private protected static TTransformer Load<TColumns, TTransformer>(
        IHostEnvironment env,
        ModelLoadContext ctx,
        VersionInfo version,
        Func<BinaryReader, bool, TColumns> readColumns,
        Func<TColumns, SavedContent, TTransformer> readModel)
    {
        var host = env.Register(version.LoaderSignature);
        return Payload.Load(host, ctx, version, (reader, written) =>
        {
            var columns = readColumns(reader, written < Payload.CurrentVersion);
            var tokenization = Tokenization.Load(reader);
            var isFirst = written < Payload.OneColumnVersion;
            var report = !isFirst && reader.ReadBoolean() ? TrainingReport.Load(reader) : null;
            return readModel(columns, new SavedContent(host, tokenization, report, reader, isFirst));
        });
    }

    /// <summary>Whether its columns are made of many rows at once where there are many.</summary>
    private protected virtual bool ReadsAhead => false;

    /// <summary>Signatures and version of the saved form.</summary>
    private protected abstract VersionInfo Version { get; }

    /// <summary>The columns that are added to a schema.</summary>
    private protected abstract IEnumerable<DataViewSchema.DetachedColumn> AddedColumns(DataViewSchema inputSchema);

    /// <summary>A ValueGetter for each added column.</summary>
    /// <param name="row">What they follow.</param>
    /// <param name="input">Gives what is read of the row's current values.</param>
    private protected abstract Delegate[] CreateGetters(DataViewRow row, RowInput input);

    /// <summary>Writes the names of the columns.</summary>
    private protected abstract void SaveColumns(BinaryWriter writer);

    /// <summary>The model as ONNX.</summary>
    private protected virtual void WriteOnnx(Stream stream, OnnxExportOptions options) => throw NoOnnx();

    /// <summary>The model as a part of a graph; its outputs are the values of the added columns.</summary>
    private protected virtual OnnxSubgraph ToOnnxSubgraph(OnnxSubgraphInputs inputs, OnnxExportOptions options) => throw NoOnnx();

    /// <summary>Writes what else there is than columns and tokenization.</summary>
    private protected abstract void SaveModel(BinaryWriter writer);

    /// <summary>A view of the data with columns of another kind added; the processors share its rows, which come in order.</summary>
    /// <param name="input">The data.</param>
    /// <param name="added">The columns.</param>
    /// <param name="createGetters">Makes a ValueGetter for each of them, for a row of the input and its columns that are read.</param>
    /// <param name="readsAhead">Whether they are made of many rows at once where there are many.</param>
    private protected IDataView View(
        IDataView input, IEnumerable<DataViewSchema.DetachedColumn> added, Func<DataViewRow, ReadSources, Delegate[]> createGetters, bool readsAhead = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new BoundDataView(Host, input, Bind(input.Schema, added, createGetters, readsAhead), _ => throw Host.Process(new NotSupportedException("This view cannot be written as ONNX.")));
    }

    private Exception NoOnnx() => Host.Process(new NotSupportedException($"{GetType().Name} cannot be written as ONNX; docs/onnx.md says which models can."));

    private OnnxExportOptions Complete(OnnxExportOptions? options)
    {
        options ??= new OnnxExportOptions();
        return options with { Tokenizer = options.Tokenizer ?? Tokenization.Tokenizer, ClassNames = options.ClassNames ?? OutcomeNames };
    }

    /// <summary>Adds the model to the graph of ConvertToOnnx.</summary>
    private void AddTo(OnnxContext context, DataViewSchema inputSchema)
    {
        PipelineGraph.RequireKeys(Host, GetType().Name, InputColumnName, Tokenization.Tokenizer == null, ReadNGrams != null);
        var graph = new PipelineGraph(Host, context, GetType().Name);
        var inputs = new OnnxSubgraphInputs(graph.Name, graph.Input(InputColumnName)) { Features = [.. Input.Features.Select(feature => graph.Input(feature.Name))] };
        graph.Add(ToOnnxSubgraph(inputs, new OnnxExportOptions { Opset = PipelineGraph.Opset }), AddedColumns(inputSchema));
    }

    private BoundMapper Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Bind(inputSchema, AddedColumns(inputSchema), (row, sources) => CreateGetters(row, RowInput.Of(row, sources, Tokenization, ReadNGrams, Host)), ReadsAhead);
    }

    private BoundMapper Bind(
        DataViewSchema inputSchema,
        IEnumerable<DataViewSchema.DetachedColumn> added,
        Func<DataViewRow, ReadSources, Delegate[]> createGetters,
        bool readsAhead = false)
    {
        var sources = InputSchema.Find(Host, inputSchema, Input, Tokenization) with { Others = FindOthers(inputSchema) };
        return new BoundMapper(inputSchema, sources.All, added, row => createGetters(row, sources)) { ReadsAhead = readsAhead };
    }
}
