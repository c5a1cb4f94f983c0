using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A <see cref="RecurrentStack"/> driven as training drives it. The loss is a classifier's where labels are given, else linear in the outputs with
/// coefficients that depend on the output's place in the batch alone.
/// </summary>
internal sealed unsafe class StackRun : IDisposable
{
    private readonly StackSetup _setup;
    private readonly WorkerTeam _team;
    private readonly PackedBatch _batch = new();
    private readonly List<float> _outputs = [];
    private readonly ClassificationHead _head;
    private int[]? _labels;

    public StackRun(StackSetup setup)
    {
        _setup = setup;
        _team = new WorkerTeam(setup.Threads);
        Parameters = new ClassifierParameters(setup.Options, setup.Classes);
        Parameters.Initialize(setup.Seed);
        WeightScaling.Apply(Parameters.Stack, All, setup.WeightScale);
        Stack = new RecurrentStack(Parameters.Stack, setup.Arithmetic, setup.Strategy, setup.Rates, _team, setup.Width)
        {
            MaximumStateGradientNorm = setup.MaximumStateGradientNorm,
            ChunkLength = new ChunkLength(setup.MinimumChunkSteps, setup.MaximumChunkSteps, setup.TargetChunkRows),
        };
        _head = new ClassificationHead(Parameters, Stack, setup.Dropout, _team, setup.Width);
        foreach (var parameter in Parameters.Dense)
            parameter.EnableGradient();
        Stack.PrepareTraining();
    }

    public ClassifierParameters Parameters { get; }

    public RecurrentStack Stack { get; }

    public PackedBatch Batch => _batch;

    public BatchResult Result { get; private set; }

    /// <summary>The top layer's outputs [tokens, H] of the forward pass, in the order of the packed batch.</summary>
    public float[] Outputs => [.. _outputs];

    /// <summary>Bits in the lost-bit stores after the forward pass.</summary>
    public long LostBits { get; private set; }

    /// <summary>Gradient by a flat row's output; zero in padding.</summary>
    private static float Coefficient(long flatRow, int unit) =>
        2 * CounterRandom.Uniform(CounterRandom.Key(77, (ulong)flatRow), (ulong)unit) - 1;

    private IEnumerable<Parameter> All => [Parameters.Stack.Embedding.Value, .. Parameters.Dense];

    /// <summary>Forward and backward over a batch.</summary>
    public void Train(IReadOnlyList<int[]> sequences, int[]? labels = null)
    {
        Forward(sequences, labels);
        Backward();
    }

    public void Forward(IReadOnlyList<int[]> sequences, int[]? labels = null, bool training = true, ulong dropoutSeed = 5, bool continues = false)
    {
        _labels = labels;
        _batch.Fill(sequences, Parameter.Identity(sequences.Count), 0);
        _outputs.Clear();
        Stack.PackWeights(training, dropoutSeed);
        Stack.Begin(_batch, training, dropoutSeed, continues);
        _head.Begin(_batch, training, dropoutSeed);
        for (var i = 0; i < Stack.ChunkCount; i++)
        {
            var chunk = Stack.GetChunk(i);
            Stack.Forward(chunk, training);
            TakeOutputs(chunk, _outputs);
            _head.Forward(chunk);
        }
        LostBits = Stack.LostBits;
        if (labels == null)
            return;
        _head.Finish();
        Result = _head.Score(labels);
    }

    /// <summary>Forward and backward over a window of streams, from zero states or those after the last window, and on to those after this one.</summary>
    public void TrainWindow(IReadOnlyList<int[]> window, bool continues)
    {
        Forward(window, continues: continues);
        Stack.KeepEnd();
        Backward();
        Stack.ReturnToEnd();
    }

    /// <summary>Zeroes the gradients and fills them; checks that recovered outputs are those of the forward pass.</summary>
    public void Backward()
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
        if (_labels != null)
            _head.BeginBackward(_labels);
        Stack.BeginBackward();
        var forward = Outputs;
        var recovered = new List<float>();
        for (var i = Stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = Stack.GetChunk(i);
            Stack.Recover(chunk);
            recovered.Clear();
            TakeOutputs(chunk, recovered);
            Near.AreSame(forward.AsSpan((int)chunk.FlatStart * _setup.Units, recovered.Count), [.. recovered], $"recovered outputs of chunk {i}");
            if (_labels != null)
                _head.Backward(chunk);
            else
                WriteOutputGradient(chunk);
            Stack.Backward(chunk);
        }
        Stack.FinishBackward();
    }

    /// <summary>All gradients: the dense parameters', padding included, then those of the touched embedding rows.</summary>
    public float[] Gradients()
    {
        var gradients = new List<float>();
        foreach (var parameter in Parameters.Dense)
            gradients.AddRange(parameter.Gradients);
        gradients.AddRange(Parameters.Stack.Embedding.Gradients);
        return [.. gradients];
    }

    /// <summary>Gradient by an element of the embedding; zero for tokens that the batch does not have.</summary>
    public float EmbeddingGradientAt(int token, int column)
    {
        var embedding = Parameters.Stack.Embedding;
        var slot = embedding.Touched.IndexOf(token);
        return slot < 0 ? 0 : embedding.Gradient[slot * embedding.Stride + column];
    }

    public ReadOnlySpan<float> Probabilities(int row) => _head.Probabilities(row);

    public void Dispose()
    {
        _head.Dispose();
        Stack.Dispose();
        Parameters.Dispose();
        _team.Dispose();
    }

    private void TakeOutputs(in Chunk chunk, List<float> target)
    {
        var outputs = Stack.Outputs(chunk);
        for (var row = 0; row < chunk.FlatRows; row++)
        {
            for (var unit = 0; unit < _setup.Units; unit++)
                target.Add(outputs[(nint)row * Stack.OutputStride + Stack.TopShape.StateIndex(unit)]);
        }
    }

    private void WriteOutputGradient(in Chunk chunk)
    {
        new Span<float>(Stack.OutputGradient, chunk.FlatRows * Stack.OutputStride).Clear();
        for (var row = 0; row < chunk.FlatRows; row++)
        {
            for (var unit = 0; unit < _setup.Units; unit++)
                Stack.OutputGradient[(nint)row * Stack.OutputStride + Stack.TopShape.StateIndex(unit)] = Coefficient(chunk.FlatStart + row, unit);
        }
    }
}
