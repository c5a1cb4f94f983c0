using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Trains on a device of libtorch, as <see cref="ManagedTrainer"/> on this processor.</summary>
internal sealed class TorchTrainer : INetworkTrainer
{
    private readonly TorchDevice _device;
    private readonly TorchDevice _evaluationDevice;
    private readonly TorchParameters _parameters;
    private readonly ITorchEncoder _encoder;
    private readonly ITorchEncoder _evaluator;
    private readonly ISequenceHead _head;
    private readonly ISequenceHead _evaluatorHead;
    private readonly IReadOnlyList<Parameter> _onHost;
    private readonly BatchPass _pass;
    private readonly BatchPass _evaluation;
    private readonly EncoderStates? _evaluationEnd;
    private readonly TorchOptimizer _optimizer;
    // A batch writes the states that it ends with beside those that it began with, so that it can be given up.
    private EncoderStates? _reached;
    private EncoderStates? _next;

    /// <param name="parameters">What is trained.</param>
    /// <param name="objective">What they are to learn.</param>
    /// <param name="options">How to train.</param>
    /// <param name="device">What to work with; not the trainer's own.</param>
    /// <param name="carriesStates">Whether batches go on from each other.</param>
    public TorchTrainer(NetworkParameters parameters, Objective objective, TrainingOptions options, TorchDevice device, bool carriesStates = false)
    {
        Parameters = parameters;
        _device = device;
        _evaluationDevice = device.WithOwnAccount();
        _parameters = new TorchParameters(device, parameters);
        _encoder = CreateEncoder(device, objective, TorchSettings.Training(parameters, objective, options, carriesStates, device.Kernels.FreeMemory));
        var heads = new TorchHeads(_encoder, _parameters);
        _head = objective.CreateHead(parameters, heads, training: true);
        _onHost = heads.OnHost;
        foreach (var parameter in _onHost)
            parameter.EnableGradient();
        _pass = new BatchPass(_encoder, _head);
        _evaluator = CreateEncoder(_evaluationDevice, objective, StackSettings.Prediction);
        _evaluatorHead = objective.CreateHead(parameters, new TorchHeads(_evaluator, _parameters), training: false);
        _evaluation = new BatchPass(_evaluator, _evaluatorHead);
        _reached = carriesStates ? _encoder.CreateStates() : null;
        _next = carriesStates ? _encoder.CreateStates() : null;
        _evaluationEnd = carriesStates ? _evaluator.CreateStates() : null;
        _optimizer = new TorchOptimizer(device, _parameters, options.Optimizer) { MaximumValue = options.MaximumGradientValue };
        Import();
    }

    /// <summary>Whether the device is given back with the trainer.</summary>
    public bool OwnsDevice { get; init; }

    public NetworkParameters Parameters { get; }

    public ActivationAccount Account => _encoder.Account;

    public long PeakBytes => _device.Host.Memory.PeakBytes;

    public Func<bool>? IsInterrupted
    {
        set
        {
            _pass.IsInterrupted = value;
            _evaluation.IsInterrupted = value;
        }
    }

    /// <summary>The encoder at work, for tests.</summary>
    public ITorchEncoder Encoder => _encoder;

    /// <summary>The device's matrices, for tests.</summary>
    public TorchParameters Weights => _parameters;

    public BatchResult Train(PackedBatch batch, ulong seed, bool continues = false)
    {
        using var scope = torch.NewDisposeScope();
        _evaluator.Release();
        _evaluatorHead.Release();
        var result = TorchErrors.Explained(() => _pass.Train(batch, seed, continues ? _reached : null, _next));
        if (!result.IsUsable)
            DiscardGradients();
        else
            (_reached, _next) = (_next, _reached);
        return result;
    }

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm)
    {
        foreach (var parameter in _onHost)
        {
            _parameters[parameter].Gradient!.Upload<float>(parameter.Gradients);
            parameter.Gradients.Clear();
        }
        var norm = _optimizer.Step(learningRate, weightDecay, maximumGradientNorm);
        if (!double.IsFinite(norm))
            DiscardGradients();
        foreach (var parameter in _onHost)
            _parameters[parameter].Export();
        return norm;
    }

    public void BeginValidation()
    {
        _encoder.Release();
        _head.Release();
        _evaluation.PackWeights();
    }

    public BatchResult Evaluate(PackedBatch batch, bool continues = false)
    {
        using var scope = torch.NewDisposeScope();
        return TorchErrors.Explained(() => _evaluation.Run(batch, continues ? _evaluationEnd : null, _evaluationEnd));
    }

    public void Export() => _parameters.Export();

    public void Import() => _parameters.Import();

    public void SaveState(BinaryWriter writer)
    {
        _optimizer.Save(writer);
        _reached?.Write(writer);
    }

    public void LoadState(BinaryReader reader)
    {
        _optimizer.Load(reader);
        _reached?.Read(reader);
    }

    public int RowLimit(int steps, int most) => _encoder.RowLimit(steps, most);

    public long LeastBytes(int rows, int steps) => _encoder.LeastBytes(rows, steps);

    public void Dispose()
    {
        foreach (var parameter in _onHost)
            parameter.DropGradient();
        foreach (var owned in (ReadOnlySpan<IDisposable?>)
            [_head, _evaluatorHead, _reached, _next, _evaluationEnd, _encoder, _evaluator, _optimizer, _parameters, _evaluationDevice])
        {
            owned?.Dispose();
        }
        if (OwnsDevice)
            _device.Dispose();
    }

    private ITorchEncoder CreateEncoder(TorchDevice device, Objective objective, StackSettings settings)
    {
        var stacks = Parameters.Encoder.Stacks;
        if (stacks.Length == 1)
            return new TorchStack(device, _parameters, stacks[0], settings);
        var ofOne = settings with { MemoryBudget = settings.MemoryBudget / 2, HeadBytes = (settings.HeadBytes + 1) / 2, BytesPerToken = (settings.BytesPerToken + 1) / 2 };
        return new TorchBidirectional(
            new TorchStack(device.Part(), _parameters, stacks[0], ofOne), new TorchStack(device.Part(), _parameters, stacks[1], ofOne),
            device, objective.FixedTokens, objective.JoinsDirections);
    }

    private void DiscardGradients()
    {
        _parameters.DiscardGradients();
        foreach (var parameter in _onHost)
            parameter.Gradients.Clear();
    }
}
