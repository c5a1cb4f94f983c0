using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn;

/// <summary>How a network is trained.</summary>
public sealed partial record TrainingOptions
{
    /// <summary>
    /// Most passes over the training data, 1 to 10,000. Null: 8, and as many more as 240 updates take where the data are few; 8 in any case where a model is trained further.
    /// </summary>
    public int? MaximumEpochs { get; init; }

    /// <summary>
    /// Epochs after which training pauses, 1 to 10,000, of a run that is laid out for <see cref="MaximumEpochs"/>: with a <see cref="CheckpointPath"/> it goes on from there, in
    /// another call with a later pause or none, to the bits of a run without. The result is the best epoch so far. Null for no pause.
    /// </summary>
    public int? StopAfterEpochs { get; init; }

    /// <summary>
    /// B: most sequences of a batch, 1 to 4,096. Null: 64; of fewer than 2,048 sequences a 32nd, rounded down to a power of two, and 16 at least.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>The optimiser.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>The optimiser's step size at its highest, 1e-7 to 100.</summary>
    public float LearningRate { get; init; } = 3e-3f;

    /// <summary>How the learning rate goes over the run.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Linear;

    /// <summary>Part of the run over which the learning rate rises from 0, 0 to 0.9.</summary>
    public float WarmUpFraction { get; init; } = 0.05f;

    /// <summary>n of <see cref="LearningRateSchedule.NonMonotone"/>, 1 to 10,000.</summary>
    public int NonMonotoneEpochs { get; init; } = 5;

    /// <summary>Decoupled weight decay of weight matrices, 0 to 1; biases, and token vectors that are not output weights too, have none.</summary>
    public float WeightDecay { get; init; }

    /// <summary>The gradient is scaled down to this norm where it is longer, 1e-4 to 1e6.</summary>
    public float MaximumGradientNorm { get; init; } = 1f;

    /// <summary>
    /// v: each element of the gradient is limited to [-v, v], 1e-9 to 1e6, before its norm is limited to <see cref="MaximumGradientNorm"/>. Unlike that, it changes the gradient's
    /// direction. Null, as it is unless it is set, for no such limit.
    /// </summary>
    public float? MaximumGradientValue { get; init; }

    /// <summary>
    /// n: most batches in a row, 0 to 10,000, whose loss or gradient is not a finite number. Such a batch changes no weight: it is skipped, and counted in
    /// <see cref="EpochCourse.SkippedBatches"/>; streams go on behind it with the states before it. One more ends training with an error, and so does an epoch of no other
    /// batches, or a weight that is not finite itself.
    /// </summary>
    public int MaximumSkippedBatches { get; init; } = 4;

    /// <summary>
    /// Every few steps of the backward pass, each sequence's gradient by the state is scaled down to this norm where it is longer, counted for that
    /// sequence's own loss: over very long texts it could else grow without bound. 1e-2 to 1e9.
    /// </summary>
    public float MaximumStateGradientNorm { get; init; } = 10f;

    /// <summary>
    /// a: the loss has a times Omega of each layer added, which keeps gradients as long as they are on their way back through an Elman network or leaky units (Pascanu, Mikolov, Bengio 2013), 0 to 1,000; the
    /// losses that are reported are without. Its gradient is that by the weights from state to state alone, with states and their gradients held. The authors' value is 2. 0, as it is
    /// unless it is set, changes no bit. On the processor only; another cell is an error. Its buffers, [H, H] and a chunk's [rows, H] of each layer, are not in the account of activations.
    /// </summary>
    public float InformationFlow { get; init; }

    /// <summary>Of which ratios Omega is made.</summary>
    public InformationFlowForm InformationFlowForm { get; init; }

    /// <summary>
    /// What the initial weights from state to state are scaled to, 0.001 to 3: the largest magnitude of an eigenvalue of each gate's square block, of a reversible cell that from one half
    /// to the other. Near 1 a state, and the gradient by it, neither dies away nor grows at first; above, where tanh and sigmoid hold it back all the same. Pascanu et al. start Elman networks
    /// at 0.95. Not used where training starts from a model. Null, as it is unless it is set, to leave the weights as they are drawn.
    /// </summary>
    public float? SpectralRadius { get; init; }

    /// <summary>
    /// Whether <see cref="EpochCourse.GradientReach"/> is measured, which costs a little time. On the processor only, and not of translations. No influence on the result. False by default.
    /// </summary>
    public bool MeasuresGradientReach { get; init; }

    /// <summary>Probability of zeroing a value of a layer's input, and of the classifier's pooled or the softmax's input, 0 to 0.95; numbers that go with a sequence are kept.</summary>
    public float Dropout { get; init; } = 0.4f;

    /// <summary>
    /// Whether dropout's mask of what the first layer reads is a token's, the same wherever the token stands in a batch, and not a sequence's, the same at each of its
    /// steps. The products with a repeated token's vector are then made once for all of its positions, as they are without dropout of inputs, which saves up to a third of the
    /// time of training. False by default.
    /// </summary>
    public bool InputDropoutByToken { get; init; }

    /// <summary>
    /// Part of the data held back to choose the best epoch, 0 to 0.5; rounded down. With none the last epoch's weights are kept. Sequences are chosen at
    /// random; of contiguous streams it is the end. Null: a twentieth; but 100 sequences at least, or a fifth where that is less.
    /// </summary>
    public float? ValidationFraction { get; init; }

    /// <summary>
    /// By what of the held-back data the best epoch is chosen, of equals the first, and training stopped early. The non-monotone schedule goes by the loss all the same.
    /// </summary>
    public ValidationMetric ValidationMetric { get; init; } = ValidationMetric.Loss;

    /// <summary>
    /// Epochs without a better <see cref="ValidationMetric"/> before training stops, 1 to 10,000; not used with <see cref="LearningRateSchedule.NonMonotone"/>, which waits for
    /// such epochs. Null: 3, and as many more as 240 updates take where the data are few.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>
    /// How the backward pass gets at past activations; no influence on the result. A cell that cannot be reversed stores them instead of
    /// <see cref="ActivationStrategy.Reversible"/>.
    /// </summary>
    public ActivationStrategy ActivationStrategy { get; init; } = ActivationStrategy.Reversible;

    /// <summary>
    /// Bytes that activations may take, 1 to 2^50; null for no limit. Batches of long texts then have fewer rows, so that they fit; with
    /// <see cref="ActivationStrategy.Auto"/> each batch takes the fastest strategy that does. The bound is kept whatever the gates learn:
    /// it counts the most bits they can lose.
    /// </summary>
    public long? MemoryBudget { get; init; }

    /// <summary>
    /// Minutes after which training ends, 1e-9 to 1,000,000, those before an interruption included; null for no such end. The batch under way is given up, unless it is
    /// the very first, and what was trained is validated. The learning rate then falls by whichever of time and epochs is further on,
    /// so that the result depends on the machine's speed.
    /// </summary>
    public double? MaximumMinutes { get; init; }

    /// <summary>
    /// A file that holds the state of training, replaced as a whole after each epoch, at each <see cref="CheckpointInterval"/> and on cancellation, so that there is a
    /// good one at any time. Where it exists, training goes on from it, to the same bits as without the interruption. Null for none.
    /// </summary>
    /// <remarks>
    /// It takes a <see cref="Seed"/>: without one each training differs, and none goes on from another's file. Options that the result depends on must be the same.
    /// <see cref="MaximumEpochs"/> may be raised where <see cref="WarmUpFraction"/> is 0 and <see cref="Schedule"/> is <see cref="LearningRateSchedule.Constant"/> or
    /// <see cref="LearningRateSchedule.NonMonotone"/>: the epochs before are then the same. The folder must exist. One training at a time has the file; a second one is
    /// refused. A file that cannot be written does not end training: <see cref="TrainingProgress.CheckpointFailure"/> and
    /// <see cref="TrainingReport.CheckpointFailure"/> tell of it, and the next one is another try.
    /// </remarks>
    public string? CheckpointPath { get; init; }

    /// <summary>
    /// Time after which the file is written within an epoch too, after the batch under way, 0 (each batch) to 1,000,000 minutes; null for the ends of epochs only.
    /// </summary>
    public TimeSpan? CheckpointInterval { get; init; }

    /// <summary>
    /// Same seed, same data, same options: same weights, bit for bit, on every x64 processor and with any <see cref="ThreadCount"/>. Null for another seed in each training; an ML.NET estimator first takes that of its
    /// MLContext, if it has one.
    /// </summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Most threads, 1 to 256; null for one a processor that this process may use (<see cref="Environment.ProcessorCount"/>, which goes by affinity and by a
    /// container's limit). There are never more than that, and fewer where network and batches are so small that threads would mostly wait for each other. No
    /// influence on the result, unless a <see cref="MemoryBudget"/> is set: what threads keep for themselves counts in it, and so decides over the rows of a batch.
    /// </summary>
    public int? ThreadCount { get; init; }

    /// <summary>
    /// The GPU to train on, from 0; null for the processor. It takes the package Microsoft.ML.RevRnn.TorchSharp and a CUDA package of TorchSharp. An ML.NET estimator takes that
    /// of its MLContext where this is null. The weights differ from those of the processor in the last bits; models and their predictions are the same kind. See docs/gpu.md.
    /// </summary>
    public int? GpuDeviceId { get; init; }

    /// <summary>
    /// Whether training is on the processor where it cannot be on the GPU, rather than to end with the reason as an error. <see cref="TrainingProgress.FallbackReason"/> and
    /// <see cref="TrainingReport.FallbackReason"/> have the reason then; an ML.NET estimator logs it as a warning, and falls back if its MLContext says so too.
    /// </summary>
    public bool FallbackToCpu { get; init; }

    /// <summary>In how many shares work is cut, whatever number of threads then takes its parts: what a thread keeps for itself is in the account of memory.</summary>
    internal int Shares => ThreadCount ?? Environment.ProcessorCount;

    /// <summary>How states are scaled, and what reversal keeps of it. The result depends on it in the states' last bits.</summary>
    internal CellArithmetic Arithmetic { get; init; } = CellArithmetic.Reversible;

    /// <summary>The strategy for a cell: reversal is the default; one that cannot be reversed, and was chosen all the same, must do without.</summary>
    internal ActivationStrategy StrategyFor(CellShape cell)
        => ActivationStrategy == ActivationStrategy.Reversible && !cell.IsReversible ? ActivationStrategy.Stored : ActivationStrategy;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(MaximumEpochs), MaximumEpochs ?? 1, 1, 10_000);
        OptionCheck.Range(nameof(StopAfterEpochs), StopAfterEpochs ?? 1, 1, 10_000);
        OptionCheck.Range(nameof(BatchSize), BatchSize ?? 1, 1, 4096);
        OptionCheck.Defined(nameof(Optimizer), Optimizer);
        OptionCheck.Range(nameof(LearningRate), LearningRate, 1e-7f, 100);
        OptionCheck.Defined(nameof(Schedule), Schedule);
        OptionCheck.Range(nameof(WarmUpFraction), WarmUpFraction, 0, 0.9f);
        OptionCheck.Range(nameof(NonMonotoneEpochs), NonMonotoneEpochs, 1, 10_000);
        OptionCheck.Range(nameof(WeightDecay), WeightDecay, 0, 1);
        OptionCheck.Range(nameof(MaximumGradientNorm), MaximumGradientNorm, 1e-4f, 1e6f);
        OptionCheck.Range(nameof(MaximumGradientValue), MaximumGradientValue ?? 1, 1e-9f, 1e6f);
        OptionCheck.Range(nameof(MaximumSkippedBatches), MaximumSkippedBatches, 0, 10_000);
        OptionCheck.Range(nameof(MaximumStateGradientNorm), MaximumStateGradientNorm, 1e-2f, 1e9f);
        OptionCheck.Range(nameof(InformationFlow), InformationFlow, 0, 1000);
        OptionCheck.Defined(nameof(InformationFlowForm), InformationFlowForm);
        OptionCheck.Range(nameof(SpectralRadius), SpectralRadius ?? 1, 1e-3f, 3);
        OptionCheck.Range(nameof(Dropout), Dropout, 0, 0.95f);
        OptionCheck.Range(nameof(ValidationFraction), ValidationFraction ?? 0, 0, 0.5f);
        OptionCheck.Defined(nameof(ValidationMetric), ValidationMetric);
        OptionCheck.Range(nameof(Patience), Patience ?? 1, 1, 10_000);
        OptionCheck.Defined(nameof(ActivationStrategy), ActivationStrategy);
        OptionCheck.Range(nameof(MemoryBudget), MemoryBudget ?? 1, 1, 1L << 50);
        OptionCheck.Range(nameof(MaximumMinutes), MaximumMinutes ?? 1, 1e-9, 1_000_000);
        if (CheckpointPath is { } path && (string.IsNullOrWhiteSpace(path) || Directory.Exists(path)))
            throw new ArgumentException($"{nameof(CheckpointPath)} is '{path}'; it must be the path of a file.", nameof(CheckpointPath));
        OptionCheck.Range(nameof(CheckpointInterval), CheckpointInterval?.TotalMinutes ?? 0, 0, 1_000_000);
        OptionCheck.Range(nameof(ThreadCount), ThreadCount ?? 1, 1, 256);
        OptionCheck.Range(nameof(GpuDeviceId), GpuDeviceId ?? 0, 0, 1023);
        ValidateShards();
    }

    /// <summary>The most epochs of a training on so many sequences: <see cref="MaximumEpochs"/>, or what null stands for.</summary>
    /// <param name="sequences">How many are trained on, 1 at least.</param>
    public int EpochsFor(int sequences) => ForSequences(sequences, goesOn: false).Epochs;

    /// <summary>The most epochs of a training on contiguous streams of so many tokens: <see cref="MaximumEpochs"/>, or what null stands for.</summary>
    /// <param name="tokens">How many are trained on.</param>
    /// <param name="windowLength">Of how many steps a batch is, 1 at least.</param>
    public int EpochsForStreams(int tokens, int windowLength) => ForStreams(tokens, windowLength, goesOn: false).Epochs;

    /// <summary>These options with a seed: their own, or else a random one; of a group that of rank 0.</summary>
    internal TrainingOptions WithSeed() => this with { Seed = new Leader(Group).Decide(Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue)) };

    /// <summary>These options with all that the size of the data decides.</summary>
    /// <param name="sequences">How many are trained on.</param>
    /// <param name="goesOn">Whether the network was trained before.</param>
    internal TrainingOptions ForSequences(int sequences, bool goesOn)
    {
        var rows = BatchSize ?? SizeRules.BatchSize(sequences);
        return ForBatches(rows, (sequences + rows - 1) / rows, goesOn);
    }

    /// <inheritdoc cref="ForSequences"/>
    /// <param name="tokens">How many are trained on.</param>
    /// <param name="windowLength">Of how many steps a batch is.</param>
    /// <param name="goesOn">Whether the network was trained before.</param>
    internal TrainingOptions ForStreams(int tokens, int windowLength, bool goesOn)
    {
        var rows = BatchSize ?? SizeRules.LargestBatch;
        var windows = Math.Max(1, (tokens - 1) / windowLength);
        return ForBatches(rows, (windows + rows - 1) / rows, goesOn);
    }

    /// <summary>How many of so many sequences are held back: <see cref="ValidationFraction"/> of them, or what stands for it.</summary>
    public int HeldBackOf(int sequences) => ValidationFraction is { } part ? (int)(sequences * part) : SizeRules.HeldBack(sequences);

    /// <summary>How many of so many tokens, the last ones, are held back.</summary>
    internal int HeldBackTokensOf(int tokens) => ValidationFraction is { } part ? (int)(tokens * part) : SizeRules.HeldBackTokens(tokens);

    /// <summary>B; where the size of the data was not asked, as for large ones.</summary>
    internal int Rows => BatchSize ?? SizeRules.LargestBatch;

    /// <summary>The most epochs; where the size of the data was not asked, as for large ones.</summary>
    internal int Epochs => MaximumEpochs ?? SizeRules.LeastEpochs;

    /// <summary>The most epochs without a better one; where the size of the data was not asked, as for large ones.</summary>
    internal int EpochsWaited => Patience ?? SizeRules.LeastPatience;

    /// <summary>The seed, for the keys of all that is random in a training. Only options that <see cref="WithSeed"/> gave are sure to have one.</summary>
    internal ulong RandomSeed => (ulong)(Seed ?? throw new InvalidOperationException($"{nameof(Seed)} is not chosen yet."));

    private TrainingOptions ForBatches(int rows, int batches, bool goesOn) => this with
    {
        BatchSize = rows,
        MaximumEpochs = MaximumEpochs ?? SizeRules.Epochs(batches, goesOn),
        Patience = Patience ?? SizeRules.Patience(batches, goesOn),
    };
}
