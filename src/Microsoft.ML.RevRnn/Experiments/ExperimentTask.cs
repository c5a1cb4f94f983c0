using System.Text.Json.Nodes;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>What an experiment trains and how it is evaluated: a class for each kind.</summary>
/// <param name="env">The environment.</param>
/// <param name="template">The options that are not searched, with the columns of the data.</param>
internal abstract class ExperimentTask<TMetrics>(IHostEnvironment env, RevRnnOptions template)
    where TMetrics : class
{
    protected IHostEnvironment Env => env;

    /// <summary>Catalogs for what an experiment does beside training: ML.NET hands on the environment of a context only.</summary>
    protected MLContext Tools { get; } = new();

    /// <summary>What was read of the data, for all trainings.</summary>
    protected RowCache Cache { get; } = new();

    public RevRnnOptions Template => template;

    public long TrainingRowCount { get; protected set; }

    public long ValidationRowCount { get; protected set; }

    /// <summary>The epochs that a training with the template's options takes at the most. Known when the data were read.</summary>
    public abstract int Epochs { get; }

    /// <summary>What is optimised.</summary>
    public abstract string MetricName { get; }

    /// <summary>Whether more of it is better.</summary>
    public abstract bool IsMaximizing { get; }

    /// <summary>Splits the data, and reads them as the template has it.</summary>
    /// <param name="training">What is learned from.</param>
    /// <param name="validation">What is evaluated on; null to hold back a part.</param>
    /// <param name="fraction">That part.</param>
    /// <param name="seed">Of the split.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public abstract void Prepare(IDataView training, IDataView? validation, double fraction, int seed, CancellationToken cancellationToken);

    /// <summary>Writes what was read, for the identity of an experiment.</summary>
    public abstract void WriteIdentity(BinaryWriter writer);

    /// <summary>What a training with options will learn from.</summary>
    public abstract TrialData DataOf(RevRnnOptions options);

    /// <summary>Trains and evaluates.</summary>
    /// <param name="options">How, and what ends the training.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    public abstract TrialOutcome<TMetrics> Run(RevRnnOptions options, CancellationToken cancellationToken);

    /// <summary>Trains and evaluates a rival.</summary>
    public abstract TrialOutcome<TMetrics> RunRival(IEstimator<ITransformer> pipeline, CancellationToken cancellationToken);

    /// <summary>Trains on all rows.</summary>
    /// <param name="options">How.</param>
    /// <param name="networkShare">How much the scores of the network count.</param>
    /// <param name="nGramShare">How much those of n-grams count.</param>
    public abstract (ITransformer Model, TrainingReport Report) Refit(RevRnnOptions options, float networkShare, float nGramShare);

    /// <summary>What a user can fit to get a model like that of <see cref="Run"/>.</summary>
    public abstract IEstimator<ITransformer> Estimator(RevRnnOptions options);

    /// <summary>The metric that is optimised.</summary>
    public abstract double Metric(TMetrics metrics);

    public abstract JsonNode Write(TMetrics metrics);

    public abstract TMetrics Read(JsonNode node);

    public void Save(ITransformer model, string path) => Tools.Model.SaveAtomically(model, null, path);

    public ITransformer Load(string path) => Tools.Model.LoadChecked(path, out _);

    /// <summary>A copy of options that trains on the rows that are known.</summary>
    protected TOptions OnKnownRows<TOptions>(RevRnnOptions options, RowCache? cache = null)
        where TOptions : RevRnnOptions
    {
        var copy = (TOptions)options.Copy();
        copy.Rows = cache ?? Cache;
        return copy;
    }

    /// <summary>The values of numbers, on all threads that options allow.</summary>
    protected static void InParallel(int count, RevRnnOptions options, CancellationToken cancellationToken, Action<int> work)
        => Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = options.Training.ThreadCount ?? Environment.ProcessorCount, CancellationToken = cancellationToken }, work);
}
