using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Trains on this processor, in managed code.</summary>
internal sealed class ManagedTrainer : INetworkTrainer, IShardTrainer
{
    private readonly ISequenceEncoder _encoder;
    private readonly ISequenceHead _head;
    private readonly BatchPass _pass;
    // Of each shard where batches go on from each other.
    private readonly List<CarriedStates> _carried = [];
    private readonly List<EncoderStates> _evaluationEnds = [];
    private int _shard;
    private bool _isInShards;
    private readonly ISequenceEncoder _evaluator;
    private readonly ISequenceHead _evaluatorHead;
    private readonly BatchPass _evaluation;
    private readonly Optimizer _optimizer;

    /// <param name="parameters">What is trained.</param>
    /// <param name="objective">What they are to learn.</param>
    /// <param name="options">How to train.</param>
    /// <param name="device">What to work with.</param>
    /// <param name="carriesStates">Whether batches go on from each other.</param>
    public ManagedTrainer(NetworkParameters parameters, Objective objective, TrainingOptions options, Device device, bool carriesStates = false)
    {
        Parameters = parameters;
        _encoder = Encoders.Create(
            parameters.Encoder, Settings(parameters, objective, options, carriesStates), device, objective.FixedTokens, objective.JoinsDirections);
        _head = objective.CreateHead(parameters, new ManagedHeads(_encoder), training: true);
        _pass = new BatchPass(_encoder, _head);
        _evaluator = Encoders.Create(
            parameters.Encoder, StackSettings.Prediction with { Contexts = objective.Contexts }, device.WithOwnAccount(), objective.FixedTokens, objective.JoinsDirections);
        _evaluatorHead = objective.CreateHead(parameters, new ManagedHeads(_evaluator), training: false);
        _evaluation = new BatchPass(_evaluator, _evaluatorHead);
        CarriesStates = carriesStates;
        AddStates(1);
        _encoder.PrepareTraining();
        _optimizer = Optimizer.Create(options, parameters.Dense, [parameters.Encoder.Embedding], device);
    }

    public NetworkParameters Parameters { get; }

    public ActivationAccount Account => _encoder.Account;

    public long PeakBytes => _encoder.Device.Memory.PeakBytes;

    public Func<bool>? IsInterrupted
    {
        set
        {
            _pass.IsInterrupted = value;
            _evaluation.IsInterrupted = value;
        }
    }

    public bool CarriesStates { get; }

    public IReadOnlyList<EmbeddingTable> Tables => [Parameters.Encoder.Embedding];

    public int Shard
    {
        set => _shard = value;
    }

    public void BeginShards(int count)
    {
        AddStates(count);
        _isInShards = true;
    }

    public BatchResult Train(PackedBatch batch, ulong seed, bool continues = false)
    {
        var carried = CarriesStates ? _carried[_shard] : null;
        var result = _pass.Train(batch, seed, continues ? carried?.Start : null, carried?.End);
        if (!result.IsUsable)
            DiscardGradients();
        else
            carried?.Advance();
        if (!_isInShards)
            EndStep(result.IsUsable);
        return result;
    }

    public void EndStep(bool isKept)
    {
        foreach (var carried in _carried)
            carried.Settle(isKept);
    }

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm)
        => _optimizer.Step(learningRate, weightDecay, maximumGradientNorm);

    public void BeginValidation() => _evaluation.PackWeights();

    public BatchResult Evaluate(PackedBatch batch, bool continues = false)
    {
        var end = CarriesStates ? _evaluationEnds[_shard] : null;
        return _evaluation.Run(batch, continues ? end : null, end);
    }

    public void Export()
    {
        // Training changes the parameters themselves.
    }

    public void Import()
    {
    }

    public void SaveState(BinaryWriter writer)
    {
        _optimizer.Save(writer);
        foreach (var carried in _carried)
            carried.Write(writer);
    }

    public void LoadState(BinaryReader reader)
    {
        _optimizer.Load(reader);
        foreach (var carried in _carried)
            carried.Read(reader);
    }

    public void WriteStates(int shard, BinaryWriter writer) => _carried[shard].Write(writer);

    public void ReadStates(int shard, BinaryReader reader) => _carried[shard].Read(reader);

    public int RowLimit(int steps, int most) => _encoder.RowLimit(steps, most);

    public long LeastBytes(int rows, int steps) => _encoder.LeastBytes(rows, steps);

    public void Dispose()
    {
        foreach (var parameter in Parameters.Dense)
            parameter.DropGradient();
        foreach (var owned in (ReadOnlySpan<IDisposable?>)[_optimizer, _head, _evaluatorHead, .. _carried, .. _evaluationEnds, _encoder, _evaluator])
            owned?.Dispose();
    }

    public void DiscardGradients()
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
        Parameters.Encoder.Embedding.DiscardGradient();
    }

    private void AddStates(int shards)
    {
        while (CarriesStates && _carried.Count < shards)
        {
            _carried.Add(new CarriedStates(_encoder));
            _evaluationEnds.Add(_evaluator.CreateStates());
        }
    }

    private static StackSettings Settings(NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates)
    {
        var shape = parameters.Encoder.Shape;
        var joined = shape.Directions == 2 && objective.JoinsDirections ? Bidirectional.JoinedBytes(shape, options.ShardRows) : 0;
        return new StackSettings
        {
            Arithmetic = options.Arithmetic,
            Strategy = options.StrategyFor(shape.Top),
            Dropout = objective.Dropout,
            Contexts = objective.Contexts,
            MaximumStateGradientNorm = options.MaximumStateGradientNorm,
            InformationFlow = options.InformationFlow,
            InformationFlowForm = options.InformationFlowForm,
            MeasuresGradientReach = options.MeasuresGradientReach,
            MemoryBudget = options.MemoryBudget,
            HeadBytes = objective.HeadBytes(parameters) + joined,
            BytesPerToken = objective.BytesPerToken(parameters),
            CarriesStates = carriesStates,
        };
    }
}
