using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A <see cref="RecurrentStack"/> under a <see cref="TokenHead"/>, driven as training drives them.</summary>
internal sealed class NextTokenRun : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly RecurrentStack _stack;
    private readonly TokenHead _head;
    private readonly PackedBatch _batch = new();

    public NextTokenRun(StackSetup setup)
    {
        _team = new WorkerTeam(setup.Threads);
        Parameters = new LanguageModelParameters(setup.Options);
        Parameters.Initialize(setup.Seed);
        WeightScaling.Apply(Parameters.Stack, All, setup.WeightScale);
        // A bias starts at zero, and so would hide that it is left out.
        for (var v = 0; v < setup.Vocabulary; v++)
            Parameters.Bias.At(0, v) = 0.3f * MathF.Sin(v);
        _stack = new RecurrentStack(Parameters.Stack, setup.Arithmetic, setup.Strategy, setup.Rates, _team, setup.Width)
        {
            ChunkLength = new ChunkLength(setup.MinimumChunkSteps, setup.MaximumChunkSteps, setup.TargetChunkRows),
        };
        _head = setup.SoftmaxSamples == 0
            ? new NextTokenHead(Parameters, _stack, setup.Rates.Output, _team, setup.Width)
            : new SampledTokenHead(
                Parameters, _stack, setup.Rates.Output, setup.Frequencies ?? new long[setup.Vocabulary], setup.SoftmaxSamples, _team, setup.Width);
        foreach (var parameter in Parameters.Dense)
            parameter.EnableGradient();
        _stack.PrepareTraining();
    }

    public LanguageModelParameters Parameters { get; }

    /// <summary>The embedding's table, then the others.</summary>
    public IEnumerable<Parameter> All => Parameters.All;

    /// <summary>The largest number of flat rows that a chunk of the last batch had.</summary>
    public int LargestChunkRows { get; private set; }

    /// <summary>Forward and backward over a batch; the gradients are of the mean over its tokens.</summary>
    public BatchResult Train(IReadOnlyList<int[]> sequences, ulong dropoutSeed = 5, bool continues = false)
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
        Begin(sequences, training: true, dropoutSeed, continues);
        LargestChunkRows = 0;
        for (var i = 0; i < _stack.ChunkCount; i++)
        {
            var chunk = _stack.GetChunk(i);
            LargestChunkRows = Math.Max(LargestChunkRows, chunk.FlatRows);
            _stack.Forward(chunk, training: true);
        }
        _stack.KeepEnd();
        _stack.BeginBackward();
        var result = default(BatchResult);
        for (var i = _stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = _stack.GetChunk(i);
            _stack.Recover(chunk);
            result += _head.Backward(chunk);
            _stack.Backward(chunk);
        }
        _stack.FinishBackward();
        _head.FinishBackward();
        _stack.ReturnToEnd();
        return result;
    }

    /// <summary>The forward pass alone.</summary>
    public BatchResult Score(IReadOnlyList<int[]> sequences)
    {
        Begin(sequences, training: false, dropoutSeed: 0, continues: false);
        var result = default(BatchResult);
        for (var i = 0; i < _stack.ChunkCount; i++)
        {
            var chunk = _stack.GetChunk(i);
            _stack.Forward(chunk, training: false);
            result += ((NextTokenHead)_head).Score(chunk);
        }
        return result;
    }

    /// <summary>All gradients: the dense parameters', padding included, then those of the touched embedding rows.</summary>
    public float[] Gradients()
    {
        var gradients = new List<float>();
        foreach (var parameter in Parameters.Dense)
            gradients.AddRange(parameter.Gradients);
        if (!Parameters.Stack.Embedding.IsDense)
            gradients.AddRange(Parameters.Stack.Embedding.Gradients);
        return [.. gradients];
    }

    /// <summary>Gradient by an element; zero for the vector of a token that the batch does not have.</summary>
    public float GradientAt(Parameter parameter, int row, int column)
    {
        var embedding = Parameters.Stack.Embedding;
        if (parameter != embedding.Value || embedding.IsDense)
            return parameter.GradientAt(row, column);
        var slot = embedding.Touched.IndexOf(row);
        return slot < 0 ? 0 : embedding.Gradients[slot * embedding.Stride + embedding.Columns[column]];
    }

    public void Dispose()
    {
        _head.Dispose();
        _stack.Dispose();
        Parameters.Dispose();
        _team.Dispose();
    }

    private void Begin(IReadOnlyList<int[]> sequences, bool training, ulong dropoutSeed, bool continues)
    {
        _batch.Fill(sequences, Parameter.Identity(sequences.Count), Vocabulary.EmptyToken);
        _stack.PackWeights(training, dropoutSeed);
        _head.PackWeights(training, dropoutSeed);
        _stack.Begin(_batch, training, dropoutSeed, continues);
    }
}
