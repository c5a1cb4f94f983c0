using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A <see cref="RecurrentStack"/> driven as training drives it. The loss is a classifier's where labels are given, else that of a
/// <see cref="LinearHead"/>.
/// </summary>
internal sealed unsafe class StackRun : IDisposable
{
    private readonly Device _device;
    private readonly List<int> _labels = [];
    private readonly PooledHead _classifier;
    private readonly LinearHead _linear;
    private readonly BatchPass _pass;

    public StackRun(StackSetup setup)
    {
        _device = new Device(setup.Threads, setup.Width);
        Parameters = NetworkParameters.OfSequences(setup.Shape, setup.Classes);
        Parameters.Initialize(setup.Seed);
        WeightScaling.Apply(Parameters, setup.WeightScale);
        Stack = new RecurrentStack(
            Parameters.Encoder.Stacks[0], TokenInput.Create(Parameters.Encoder.Embedding, setup.Rates, _device), setup.Settings, _device);
        _classifier = new PooledHead(Parameters, Stack, new SoftmaxLoss(_labels), setup.Dropout);
        _linear = new LinearHead(Stack);
        Head = new WatchedHead(Stack, _linear);
        Head.ForwardEnded += () => LostBits = Stack.LostBits;
        _pass = new BatchPass(Stack, Head);
        States = Stack.CreateStates();
        foreach (var parameter in Parameters.Dense)
            parameter.EnableGradient();
        Stack.PrepareTraining();
    }

    public NetworkParameters Parameters { get; }

    public RecurrentStack Stack { get; }

    /// <summary>Where a test can act within a batch.</summary>
    public WatchedHead Head { get; }

    public PackedBatch Batch { get; } = new();

    /// <summary>The account of all that depends on the batch.</summary>
    public MemoryMeter Memory => _device.Memory;

    /// <summary>The states that the last window ended with.</summary>
    public EncoderStates States { get; }

    public BatchResult Result { get; private set; }

    /// <summary>The top layer's outputs [tokens, H] of the forward pass, in the order of the packed batch.</summary>
    public float[] Outputs => Head.Outputs;

    /// <summary>Bits in the lost-bit stores after the forward pass.</summary>
    public long LostBits { get; private set; }

    /// <summary>Zeroes the gradients and fills them by a batch; checks that recovered outputs are those of the forward pass.</summary>
    public void Train(IReadOnlyList<int[]> sequences, int[]? labels = null, ulong dropoutSeed = 5)
    {
        Fill(sequences, labels);
        ClearGradients();
        Result = _pass.Train(Batch, dropoutSeed);
    }

    /// <summary>The same over a window of streams, from zero states or those after the last window, and on to those after this one.</summary>
    public void TrainWindow(IReadOnlyList<int[]> window, bool continues)
    {
        Fill(window, null);
        ClearGradients();
        Result = _pass.Train(Batch, 5, continues ? States : null, States);
    }

    /// <summary>The forward pass alone, without dropout.</summary>
    public void Predict(IReadOnlyList<int[]> sequences, int[]? labels = null)
    {
        Fill(sequences, labels);
        _pass.PackWeights();
        Result = _pass.Run(Batch);
    }

    /// <summary>The same over a window of streams.</summary>
    public void PredictWindow(IReadOnlyList<int[]> window, bool continues)
    {
        Fill(window, null);
        _pass.PackWeights();
        Result = _pass.Run(Batch, continues ? States : null, States);
    }

    /// <summary>All gradients: the dense parameters', padding included, then those of the touched embedding rows.</summary>
    public float[] Gradients()
    {
        var gradients = new List<float>();
        foreach (var parameter in Parameters.Dense)
            gradients.AddRange(parameter.Gradients);
        gradients.AddRange(Parameters.Encoder.Embedding.Gradients);
        return [.. gradients];
    }

    /// <summary>Gradient by an element of the embedding; zero for tokens that the batch does not have.</summary>
    public float EmbeddingGradientAt(int token, int column)
    {
        var embedding = Parameters.Encoder.Embedding;
        var slot = embedding.Touched.IndexOf(token);
        return slot < 0 ? 0 : embedding.Gradient[slot * embedding.Stride + column];
    }

    public ReadOnlySpan<float> Probabilities(int row) => _classifier.Outcomes(row);

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_classifier, _linear, States, Stack, Parameters, _device])
            owned.Dispose();
    }

    private void Fill(IReadOnlyList<int[]> sequences, int[]? labels)
    {
        Batch.Fill(sequences, Parameter.Identity(sequences.Count), 0);
        _labels.Clear();
        _labels.AddRange(labels ?? []);
        Head.Head = labels == null ? _linear : _classifier;
    }

    private void ClearGradients()
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
    }
}
