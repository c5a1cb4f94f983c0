namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn estimators have in common: input, network and training. Unset options have the engine's defaults.</summary>
public abstract class RevRnnOptions
{
    private static readonly NetworkOptions _network = new();
    private static readonly TrainingOptions _training = new();

    private protected RevRnnOptions()
    {
    }

    /// <summary>How texts are cut into tokens and which are known. Not used where the input column holds keys: there each key is a token.</summary>
    public VocabularyOptions Vocabulary { get; set; } = new();

    /// <inheritdoc cref="NetworkOptions.EmbeddingSize"/>
    public int EmbeddingSize { get; set; } = _network.EmbeddingSize;

    /// <inheritdoc cref="NetworkOptions.HiddenSize"/>
    public int HiddenSize { get; set; } = _network.HiddenSize;

    /// <inheritdoc cref="NetworkOptions.LayerCount"/>
    public int LayerCount { get; set; } = _network.LayerCount;

    /// <inheritdoc cref="NetworkOptions.ForgettingLimit"/>
    public ForgettingLimit ForgettingLimit { get; set; } = _network.ForgettingLimit;

    /// <inheritdoc cref="NetworkOptions.SkipConnections"/>
    public bool SkipConnections { get; set; } = _network.SkipConnections;

    /// <inheritdoc cref="TrainingOptions.MaximumEpochs"/>
    public int MaximumEpochs { get; set; } = _training.MaximumEpochs;

    /// <inheritdoc cref="TrainingOptions.BatchSize"/>
    public int BatchSize { get; set; } = _training.BatchSize;

    /// <inheritdoc cref="TrainingOptions.Optimizer"/>
    public OptimizerKind Optimizer { get; set; } = _training.Optimizer;

    /// <inheritdoc cref="TrainingOptions.LearningRate"/>
    public float LearningRate { get; set; } = _training.LearningRate;

    /// <inheritdoc cref="TrainingOptions.Schedule"/>
    public LearningRateSchedule Schedule { get; set; } = _training.Schedule;

    /// <inheritdoc cref="TrainingOptions.WarmUpFraction"/>
    public float WarmUpFraction { get; set; } = _training.WarmUpFraction;

    /// <inheritdoc cref="TrainingOptions.NonMonotoneEpochs"/>
    public int NonMonotoneEpochs { get; set; } = _training.NonMonotoneEpochs;

    /// <inheritdoc cref="TrainingOptions.WeightDecay"/>
    public float WeightDecay { get; set; } = _training.WeightDecay;

    /// <inheritdoc cref="TrainingOptions.MaximumGradientNorm"/>
    public float MaximumGradientNorm { get; set; } = _training.MaximumGradientNorm;

    /// <inheritdoc cref="TrainingOptions.MaximumStateGradientNorm"/>
    public float MaximumStateGradientNorm { get; set; } = _training.MaximumStateGradientNorm;

    /// <inheritdoc cref="TrainingOptions.Dropout"/>
    public float Dropout { get; set; } = _training.Dropout;

    /// <inheritdoc cref="TrainingOptions.ValidationFraction"/>
    public float ValidationFraction { get; set; } = _training.ValidationFraction;

    /// <inheritdoc cref="TrainingOptions.Patience"/>
    public int Patience { get; set; } = _training.Patience;

    /// <inheritdoc cref="TrainingOptions.ActivationStrategy"/>
    public ActivationStrategy ActivationStrategy { get; set; } = _training.ActivationStrategy;

    /// <inheritdoc cref="TrainingOptions.MemoryBudget"/>
    public long MemoryBudget { get; set; } = _training.MemoryBudget;

    /// <inheritdoc cref="TrainingOptions.MaximumMinutes"/>
    public double MaximumMinutes { get; set; } = _training.MaximumMinutes;

    /// <inheritdoc cref="TrainingOptions.CheckpointPath"/>
    /// <remarks>It takes a <see cref="Seed"/>, here or in the MLContext: without one each fit differs, and none goes on from another's file.</remarks>
    public string? CheckpointPath { get; set; } = _training.CheckpointPath;

    /// <inheritdoc cref="TrainingOptions.ThreadCount"/>
    public int ThreadCount { get; set; } = _training.ThreadCount;

    /// <summary>
    /// Same seed, same data, same options: same model, bit for bit. Null takes the seed of the MLContext, and where that has none either,
    /// each fit differs.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>Told several times a second where training stands, on the training thread; null for nobody.</summary>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>Ends training early; Fit then returns the best model so far.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>A copy that later changes do not reach, after a check of every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or two have the same, or options contradict each other.</exception>
    internal virtual RevRnnOptions Checked()
    {
        var copy = (RevRnnOptions)MemberwiseClone();
        ArgumentNullException.ThrowIfNull(copy.Vocabulary, nameof(Vocabulary));
        copy.CheckColumns();
        copy.Vocabulary.Validate();
        copy.GetNetwork(CellKind.RevLstm).Validate();
        copy.GetTraining(0).Validate();
        return copy;
    }

    internal virtual NetworkOptions GetNetwork(CellKind cell) => new()
    {
        Cell = cell,
        EmbeddingSize = EmbeddingSize,
        HiddenSize = HiddenSize,
        LayerCount = LayerCount,
        ForgettingLimit = ForgettingLimit,
        SkipConnections = SkipConnections,
    };

    internal TrainingOptions GetTraining(int seed) => new()
    {
        MaximumEpochs = MaximumEpochs,
        BatchSize = BatchSize,
        Optimizer = Optimizer,
        LearningRate = LearningRate,
        Schedule = Schedule,
        WarmUpFraction = WarmUpFraction,
        NonMonotoneEpochs = NonMonotoneEpochs,
        WeightDecay = WeightDecay,
        MaximumGradientNorm = MaximumGradientNorm,
        MaximumStateGradientNorm = MaximumStateGradientNorm,
        Dropout = Dropout,
        ValidationFraction = ValidationFraction,
        Patience = Patience,
        ActivationStrategy = ActivationStrategy,
        MemoryBudget = MemoryBudget,
        MaximumMinutes = MaximumMinutes,
        CheckpointPath = CheckpointPath,
        ThreadCount = ThreadCount,
        Seed = seed,
    };

    private protected abstract void CheckColumns();

    private protected static void CheckName(string option, string? columnName)
    {
        if (string.IsNullOrWhiteSpace(columnName))
            throw new ArgumentException($"{option} is empty; it must be the name of a column.", option);
    }
}
