using Microsoft.ML.RevRnn.Estimators;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn estimators have in common: checked options, the check of the input, and a training that is told of as it goes on.</summary>
/// <typeparam name="TOptions">Its options.</typeparam>
/// <typeparam name="TTransformer">What it makes.</typeparam>
public abstract class RevRnnEstimatorBase<TOptions, TTransformer> : IEstimator<TTransformer>
    where TOptions : RevRnnOptions
    where TTransformer : RevRnnTransformer
{
    private readonly CancellationToken _asked;
    private readonly CellKind? _namedCell;

    // Neither the token of the options nor a host is ever cancelled only for a while, so this is for the estimator's life. It owns nothing to be disposed.
    private readonly CancellationTokenSource _ended = new();

    /// <param name="env">The environment.</param>
    /// <param name="options">Options; they are copied.</param>
    /// <param name="cell">The cell that was asked for by the name of a method; null for that of the options.</param>
    private protected RevRnnEstimatorBase(IHostEnvironment env, TOptions options, CellKind? cell)
    {
        ArgumentNullException.ThrowIfNull(options);
        Host = env.Register(GetType().Name);
        Options = (TOptions)options.Checked(cell);
        _namedCell = cell;
        _asked = Options.CancellationToken;
        Options.CancellationToken = _ended.Token;
    }

    private protected IHost Host { get; }

    /// <summary>The options, checked; the token is cancelled by ML.NET too.</summary>
    private protected TOptions Options { get; }

    /// <summary>Learns from the data, in one pass over it. Rows without a label, where there is a label column, are left out, with a warning.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type.</exception>
    /// <exception cref="ArgumentException">The options ask for more than the data allows, such as a memory budget below one batch's needs.</exception>
    /// <exception cref="InvalidOperationException">There is no data, or nothing to be learned in it, training diverged, or a checkpoint cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before the first epoch was complete, so there is no model yet.</exception>
    /// <exception cref="IOException">The folder of the checkpoint is missing or cannot be written to, or there is no file of the word vectors, or it cannot be read.</exception>
    /// <exception cref="FormatException">The file of the word vectors is none; the message names file, line and what is wrong.</exception>
    public TTransformer Fit(IDataView input) => FitChecked(input, validation: null, previous: null);

    /// <summary>Learns from the data, and chooses the best epoch by other data; <see cref="TrainingOptions.ValidationFraction"/> has no meaning then.</summary>
    /// <param name="input">What is learned from.</param>
    /// <param name="validation">
    /// Held-back data: the same columns, read in the tokens that <paramref name="input"/> gives. Labels are compared by their value, also where their keys are of another
    /// mapping, and one that <paramref name="input"/> does not know is an error. Keys of an input column must be of the same mapping.
    /// </param>
    /// <inheritdoc cref="Fit(IDataView)"/>
    public TTransformer Fit(IDataView input, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        return FitChecked(input, validation, previous: null);
    }

    /// <summary>
    /// Goes on with a model, of this estimator or another of its kind, trained just now or loaded: from its weights, on other or more data. The model itself stays as it is.
    /// </summary>
    /// <param name="input">
    /// What is learned from, read in the model's tokens: what it does not know is unknown. Labels are compared with the model's by their value, also where their keys are of
    /// another mapping; not all of them need occur. Keys of an input column must be of the same mapping.
    /// </param>
    /// <param name="previous">
    /// The model. Its vocabulary, network and labels are taken, whatever the options leave open; columns, training and class weights are those of the options. Where it reads
    /// several columns of text, or columns of numbers, the options must name the same in the same order; mean and deviation of numbers stay what they are. The optimiser
    /// and its schedule begin anew, and the temperature of a calibrated classifier is 1 again. The same model, data, options and seed give the same bytes.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type.</exception>
    /// <exception cref="ArgumentException">
    /// An option was set to something else than the model has, or names a model or word vectors to start from; the model is of a classifier's features; or the options ask for more than the
    /// data allows.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// There are labels that the model does not know, no data, or nothing to be learned in it; training diverged, or a checkpoint cannot be used.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled before the first epoch was complete, so there is no model yet.</exception>
    /// <exception cref="IOException">The folder of the checkpoint is missing or cannot be written to.</exception>
    public TTransformer Fit(IDataView input, TTransformer previous)
    {
        ArgumentNullException.ThrowIfNull(previous);
        return FitChecked(input, validation: null, previous);
    }

    /// <summary>Goes on with a model, and chooses the best epoch by other data; <see cref="TrainingOptions.ValidationFraction"/> has no meaning then.</summary>
    /// <param name="input">What is learned from; see <see cref="Fit(IDataView, TTransformer)"/>.</param>
    /// <param name="validation">Held-back data: the same columns, read in the model's tokens and labels.</param>
    /// <param name="previous">The model; see <see cref="Fit(IDataView, TTransformer)"/>.</param>
    /// <inheritdoc cref="Fit(IDataView, TTransformer)"/>
    public TTransformer Fit(IDataView input, IDataView validation, TTransformer previous)
    {
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(previous);
        return FitChecked(input, validation, previous);
    }

    /// <summary>The columns of the input, and those that are added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        CheckSequence(inputSchema);
        return InputSchema.With(inputSchema, AddedColumns(inputSchema));
    }

    /// <summary>Checks the columns of the sequences.</summary>
    private protected virtual void CheckSequence(SchemaShape inputSchema)
        => InputSchema.CheckSequence(Host, inputSchema, Options.SequenceColumnNames, Options.SequenceColumnsOption);

    /// <summary>The shapes of the columns that are added, after a check of what else is read than the sequences.</summary>
    private protected abstract SchemaShape.Column[] AddedColumns(SchemaShape inputSchema);

    /// <summary>Trains on data whose schema was found right.</summary>
    /// <param name="input">What is learned from.</param>
    /// <param name="validation">Held-back data; null to hold back a part of <paramref name="input"/>.</param>
    /// <param name="previous">The model to go on with, which the options do not contradict; null to start anew.</param>
    /// <param name="channel">The log.</param>
    private protected abstract TTransformer Train(IDataView input, IDataView? validation, TTransformer? previous, IChannel channel);

    /// <summary>Reads what is learned from: in tokens that there are already, or in those that are learned from it.</summary>
    private protected TrainingRows ReadTraining(
        IDataView input, RowLabels? labels, Tokenization? known, IChannel channel, NGramOptions? nGrams = null) => known == null
        ? TrainingRows.Read(input, SequenceColumns(input), labels, (Options.Vocabulary, nGrams), Vectors(channel), channel, Options.CancellationToken)
        : TrainingRows.Read(
            input, InputSchema.FindSequence(Host, input.Schema, Options.SequenceColumnNames, known), labels, (known, nGrams), channel, Options.CancellationToken);

    private VectorReading? Vectors(IChannel channel)
        => Options.WordVectors is { } vectors ? new VectorReading(vectors, Options.Network, Host, channel, Options.CancellationToken) : null;

    /// <summary>Has the engine train, and tells of it: in the log, through ML.NET's progress channel, and to the listener of the options.</summary>
    /// <param name="rows">What is trained on.</param>
    /// <param name="network">What is trained.</param>
    /// <param name="channel">The log.</param>
    /// <param name="train">Trains, with options that have a seed, and reports to the listener that it is given.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before the first epoch was complete.</exception>
    private protected TrainingResult<TModel> Run<TModel>(
        TrainingRows rows, NetworkOptions network, IChannel channel, Func<TrainingOptions, IProgress<TrainingProgress>, TrainingResult<TModel>> train)
    {
        Options.CancellationToken.ThrowIfCancellationRequested();
        using var monitor = new TrainingMonitor(Host, channel, Options.Progress);
        monitor.Started(rows, network);
        var result = train(TrainingContext.Complete(Options.Training, Host), monitor);
        monitor.Ended(result.Report);
        if (result.Report.BestEpoch == 0 && !Options.GivesUnfinished)
            Options.CancellationToken.ThrowIfCancellationRequested();
        return result with { Report = result.Report with { UnknownTokenShare = rows.UnknownShare, VectorTokenShare = rows.Coverage?.TokenShare } };
    }

    /// <summary>Trains as <see cref="Run"/> does, and makes the model smaller where the options ask for it.</summary>
    /// <param name="rows">What is trained on.</param>
    /// <param name="network">What is trained.</param>
    /// <param name="channel">The log.</param>
    /// <param name="previous">The model to go on with; null for none.</param>
    /// <param name="train">Trains it, or one from the beginning.</param>
    /// <param name="shrink">Makes a model smaller.</param>
    /// <returns>The model, the report of its last training, and that of its having been made smaller, if it was.</returns>
    private protected (TModel Model, TrainingReport Report, ShrinkReport? Shrinking) RunAndShrink<TModel>(
        TrainingRows rows,
        NetworkOptions network,
        IChannel channel,
        TModel? previous,
        Func<TrainingOptions, IProgress<TrainingProgress>, TrainingResult<TModel>> train,
        Func<TModel, ShrinkOptions, TrainingOptions, IProgress<TrainingProgress>, ShrinkResult<TModel>> shrink)
        where TModel : class
    {
        var trained = Options.OnlyShrinks ? null : Run(rows, network, channel, train);
        if (trained != null && (Options.Selection == null || trained.Report.StopReason is TrainingStop.Paused or TrainingStop.Cancelled))
            return (trained.Model, trained.Report, null);
        ShrinkReport? shrinking = null;
        var (model, report) = Run(rows, network, channel, (training, progress) =>
        {
            // The checkpoint of the training is that of another network.
            if (trained != null && training.CheckpointPath is { } path)
                training = training with { CheckpointPath = path + ".smaller" };
            var smaller = shrink(trained?.Model ?? previous!, Options.Selection ?? new ShrinkOptions(), training, progress);
            shrinking = smaller.Report;
            return new TrainingResult<TModel>(smaller.Model, smaller.Report.FineTuning);
        });
        return (model, report, shrinking);
    }

    /// <summary>The columns to learn from, in data whose schema was found right.</summary>
    private protected IReadOnlyList<DataViewSchema.Column> SequenceColumns(IDataView input) => [.. Options.SequenceColumnNames.Select(name => input.Schema[name])];

    /// <summary>Reads held-back data, in the tokens that the training data has.</summary>
    private protected TrainingRows ReadValidation(
        IDataView validation, RowLabels? labels, Tokenization tokenization, IChannel channel, NGramOptions? nGrams = null)
    {
        var columns = InputSchema.FindSequence(Host, validation.Schema, Options.SequenceColumnNames, tokenization);
        return TrainingRows.ReadValidation(validation, columns, labels, (tokenization, nGrams), channel, Options.CancellationToken);
    }

    /// <summary>Reads data as a training does, after a check of their schema.</summary>
    private protected T ReadChecked<T>(IDataView input, Func<IChannel, T> read)
    {
        GetOutputSchema(SchemaShape.Create(input.Schema));
        using var channel = Host.Start("Reading");
        using var watch = new CancellationWatch(Host, _asked, _ended);
        return read(channel);
    }

    /// <summary>Checks the schema of the data and the model to go on with, then trains.</summary>
    /// <summary>Learns from the data, after a check of it; from where a model is, and with held-back data, where there are such.</summary>
    internal TTransformer FitChecked(IDataView input, IDataView? validation, TTransformer? previous)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (previous != null)
            Options.CheckGoingOn(previous, _namedCell);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        using var channel = Host.Start("Training");
        using var watch = new CancellationWatch(Host, _asked, _ended);
        try
        {
            return Train(input, validation, previous, channel);
        }
        catch (OperationCanceledException cancelled) when (cancelled.CancellationToken == _ended.Token)
        {
            throw channel.Process(new OperationCanceledException(
                "Training was cancelled before its first epoch was complete, so there is no model to give back.", cancelled, _asked));
        }
    }
}
