using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>Trains a translation on this processor.</summary>
internal sealed class TranslationTrainer : IShardTrainer
{
    private readonly TranslationParameters _parameters;
    private readonly Device _device;
    private readonly TranslationPass _pass;
    private readonly TranslationPass _evaluation;
    private readonly Optimizer _optimizer;
    private readonly long? _budgetOfSide;

    /// <param name="parameters">What is trained.</param>
    /// <param name="objective">What they are to learn.</param>
    /// <param name="options">How to train.</param>
    /// <param name="device">What to work with.</param>
    public TranslationTrainer(TranslationParameters parameters, TranslationObjective objective, TrainingOptions options, Device device)
    {
        _parameters = parameters;
        _device = device;
        _budgetOfSide = options.MemoryBudget / 2;
        _pass = new TranslationPass(parameters, objective.Settings(parameters.Shape, device.Team.Size), device, decoder => objective.CreateHead(parameters, decoder));
        _evaluation = new TranslationPass(
            parameters, TranslationSettings.Prediction, device.WithOwnAccount(), decoder => TranslationObjective.CreateExactHead(parameters, decoder));
        _pass.PrepareTraining();
        _optimizer = Optimizer.Create(options, parameters.Dense, parameters.Embeddings, device);
    }

    public ILearnedParameters Parameters => _parameters;

    public IReadOnlyList<EmbeddingTable> Tables => _parameters.Embeddings;

    public bool CarriesStates => false;

    public int Shard
    {
        set
        {
            // Pairs know nothing of each other.
        }
    }

    public ActivationAccount Account => _pass.EncoderAccount + _pass.DecoderAccount + new ActivationAccount(0, 0, _pass.HeadMemory.CurrentBytes);

    public long PeakBytes => _device.Memory.PeakBytes;

    public TranslationMemory? TranslationMemory => new(
        _pass.EncoderMemory.PeakBytes,
        _pass.EncoderAccount.StoredBytes,
        _pass.DecoderMemory.PeakBytes + _pass.HeadMemory.PeakBytes,
        _pass.DecoderAccount.StoredBytes + _pass.HeadMemory.CurrentBytes);

    public Func<bool>? IsInterrupted
    {
        set
        {
            _pass.IsInterrupted = value;
            _evaluation.IsInterrupted = value;
        }
    }

    /// <summary>Computes the gradients of the mean loss over a batch of pairs.</summary>
    public BatchResult Train(PackedBatch source, PackedBatch target, ulong seed)
    {
        var result = _pass.Train(source, target, seed);
        if (!result.IsUsable)
            DiscardGradients();
        return result;
    }

    public void BeginShards(int count)
    {
    }

    public void EndStep(bool isKept)
    {
    }

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm) => _optimizer.Step(learningRate, weightDecay, maximumGradientNorm);

    public void BeginValidation() => _evaluation.PackWeights();

    /// <summary>Exact loss of a batch of pairs, without dropout.</summary>
    public BatchResult Evaluate(PackedBatch source, PackedBatch target) => _evaluation.Run(source, target);

    public void Export()
    {
        // Training changes the parameters themselves.
    }

    public void Import()
    {
    }

    public void SaveState(BinaryWriter writer) => _optimizer.Save(writer);

    public void LoadState(BinaryReader reader) => _optimizer.Load(reader);

    public void WriteStates(int shard, BinaryWriter writer)
    {
    }

    public void ReadStates(int shard, BinaryReader reader)
    {
    }

    /// <summary>The most rows, up to <paramref name="most"/>, of a batch of so many source and target steps that stays within the budget of memory; 0 if not even one does.</summary>
    public int RowLimit(int sourceSteps, int targetSteps, int most)
    {
        var ofEncoder = _pass.Encoder.RowLimit(sourceSteps, most);
        var limit = Math.Min(ofEncoder, _pass.Decoder.RowLimit(targetSteps, most));
        // Attention's weights are of each pair's source tokens, in the decoder's half.
        while (limit > 0 && _budgetOfSide is { } budget && DecoderBytes(limit, sourceSteps, targetSteps) > budget)
            limit--;
        return limit;
    }

    /// <summary>The least bytes that a batch of so many rows and steps can do with, and of which each side has half.</summary>
    public long LeastBytes(int rows, int sourceSteps, int targetSteps)
        => 2 * Math.Max(_pass.Encoder.LeastBytes(rows, sourceSteps), DecoderBytes(rows, sourceSteps, targetSteps));

    public void Dispose()
    {
        foreach (var parameter in _parameters.Dense)
            parameter.DropGradient();
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_optimizer, _pass, _evaluation])
            owned.Dispose();
    }

    private long DecoderBytes(int rows, int sourceSteps, int targetSteps)
        => _pass.Decoder.LeastBytes(rows, targetSteps) + AttentionPieces.Bytes(rows, sourceSteps, targetSteps, _device.Team.Size);

    public void DiscardGradients()
    {
        foreach (var parameter in _parameters.Dense)
            parameter.Gradients.Clear();
        foreach (var table in _parameters.Embeddings)
            table.DiscardGradient();
    }
}
