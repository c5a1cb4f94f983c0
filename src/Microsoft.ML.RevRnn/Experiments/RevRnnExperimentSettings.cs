using System.Globalization;
using Microsoft.ML.RevRnn.Experiments;

namespace Microsoft.ML.RevRnn;

/// <summary>What all experiments have in common: how long and what they search. Names are those of ML.NET's AutoML where they mean the same.</summary>
public abstract class RevRnnExperimentSettings
{
    private readonly List<Rival> _rivals = [];

    private protected RevRnnExperimentSettings()
    {
    }

    /// <summary>
    /// Seconds that an experiment may take, those before an interruption included; null for no such end. It is kept to within a batch: what is under way then is given up. How many
    /// settings are tried and go on then depends on the speed of the machine.
    /// </summary>
    public uint? MaxExperimentTimeInSeconds { get; set; }

    /// <summary>
    /// Settings that are tried, rivals not counted; null for as many as there is time for, and for 27 where there is no limit of time either. Alone it gives the same result on any machine for
    /// the same seed, with any number of threads.
    /// </summary>
    public int? MaxModels { get; set; }

    /// <summary>
    /// Megabytes, of 10^6 bytes, that trainings may take together; null for no limit. Counted are activations, by <see cref="ActivationMemory.Estimate"/>, and weights with all that the optimiser
    /// keeps; not the data, n-grams and the best model. A setting that would take more gets a <see cref="TrainingOptions.MemoryBudget"/>, then smaller batches, and where that is not
    /// enough it is not run.
    /// </summary>
    public double? MaximumMemoryUsageInMegaByte { get; set; }

    /// <summary>Ends the experiment within a batch: its result has the best run so far.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Of the split, the settings that are tried, and each training; null for that of the options or else of the MLContext, and where there is none, each experiment differs.</summary>
    public int? Seed { get; set; }

    /// <summary>
    /// A folder that is made if it is missing, and holds the state of the experiment: the same call again, after a crash, or with more time or models, goes on where it was and comes to the result
    /// that it would have had. Checkpoints of runs that are out of the race are deleted. Null for none; a temporary folder holds the checkpoints then.
    /// </summary>
    public string? CheckpointDirectory { get; set; }

    /// <summary>What is tried. The first setting is always that of the options, as near as the space has it.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public RevRnnSearchSpace SearchSpace { get; set => field = value ?? throw new ArgumentNullException(nameof(SearchSpace)); } = RevRnnSearchSpace.Default;

    /// <summary>How many settings are trained how far.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public SuccessiveHalvingOptions Halving { get; set => field = value ?? throw new ArgumentNullException(nameof(Halving)); } = new();

    /// <summary>Part of the rows that are held back to tell how good a run is, 0.01 to 0.5; not used with validation data of one's own. It is one split, and never folds.</summary>
    public double ValidationFraction { get; set; } = 0.1;

    /// <summary>
    /// Settings that are trained at the same time, 1 to 64, each with its part of the threads and of the memory. No influence on the result, unless there is a limit of time or memory.
    /// </summary>
    public int MaxConcurrentTrials { get; set; } = 1;

    /// <summary>
    /// Whether the best setting is trained once more in the end, on all rows, those that were held back too, for as many epochs as were best: <see cref="ExperimentResult{TMetrics}.RefitModel"/>.
    /// Time for it is kept free.
    /// </summary>
    public bool RefitsOnAllRows { get; set; }

    /// <summary>Told of all that happens, on the thread where it does; null for nobody.</summary>
    public IProgress<ExperimentEvent>? Progress { get; set; }

    /// <summary>What tells the time.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Pipelines that are ranked beside.</summary>
    internal IReadOnlyList<Rival> Rivals => _rivals;

    /// <summary>The options that are not searched.</summary>
    internal abstract RevRnnOptions Template { get; }

    /// <summary>The number of settings at most.</summary>
    internal int ModelLimit => MaxModels ?? (MaxExperimentTimeInSeconds == null ? 27 : int.MaxValue);

    private protected void Add(string name, IEstimator<ITransformer> pipeline)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(pipeline);
        if (_rivals.Exists(rival => rival.Name == name))
            throw new ArgumentException($"There is a rival '{name}' already.", nameof(name));
        _rivals.Add(new Rival(name, pipeline));
    }

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">An option of the template contradicts the experiment.</exception>
    internal void Validate()
    {
        Check(nameof(MaxExperimentTimeInSeconds), MaxExperimentTimeInSeconds ?? 1, 1, uint.MaxValue);
        Check(nameof(MaxModels), MaxModels ?? 1, 1, int.MaxValue);
        Check(nameof(MaximumMemoryUsageInMegaByte), MaximumMemoryUsageInMegaByte ?? 1, 1e-3, 1e9);
        Check(nameof(ValidationFraction), ValidationFraction, 0.01, 0.5);
        Check(nameof(MaxConcurrentTrials), MaxConcurrentTrials, 1, 64);
        Halving.Validate();
        var training = Template.Training;
        if (training.MaximumMinutes != null)
            throw Contradicts(nameof(TrainingOptions.MaximumMinutes), $"an experiment has a time of its own, {nameof(MaxExperimentTimeInSeconds)}");
        if (training.CheckpointPath != null)
            throw Contradicts(nameof(TrainingOptions.CheckpointPath), $"an experiment keeps its checkpoints in {nameof(CheckpointDirectory)}");
        if (training.StopAfterEpochs != null)
            throw Contradicts(nameof(TrainingOptions.StopAfterEpochs), "an experiment decides itself where trainings pause");
        if (Template.Selection != null)
            throw Contradicts(nameof(RevLanguageModelOptions.NeuronSelection), "an experiment compares whole models; make its best one smaller by that model's Shrink");
    }

    private static ArgumentException Contradicts(string option, string why) => new($"{option} is set in the options; {why}. Leave it out.", option);

    private static void Check(string setting, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new ArgumentOutOfRangeException(setting, value, string.Create(CultureInfo.InvariantCulture, $"{setting} is {value}; it must be from {least} to {most}."));
    }
}
