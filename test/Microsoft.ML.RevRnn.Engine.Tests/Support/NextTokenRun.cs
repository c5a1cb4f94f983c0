using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A <see cref="RecurrentStack"/> under a <see cref="TokenHead"/>, driven as training drives them.</summary>
internal sealed class NextTokenRun : IDisposable
{
    private readonly Device _device;
    private readonly RecurrentStack _stack;
    private readonly TokenHead _head;
    private readonly BatchPass _pass;
    private readonly EncoderStates _states;
    private readonly PackedBatch _batch = new();

    public NextTokenRun(StackSetup setup)
    {
        _device = new Device(setup.Threads, setup.Width);
        Parameters = NetworkParameters.OfNextTokens(setup.Shape);
        Parameters.Initialize(setup.Seed);
        WeightScaling.Apply(Parameters, setup.WeightScale);
        // A bias starts at zero, and so would hide that it is left out.
        for (var v = 0; v < setup.Vocabulary; v++)
            Parameters.Output.Bias.At(0, v) = 0.3f * MathF.Sin(v);
        _stack = new RecurrentStack(
            Parameters.Encoder.Stacks[0], TokenInput.Create(Parameters.Encoder.Embedding, setup.Rates, _device), setup.Settings, _device);
        _head = setup.SoftmaxSamples == 0
            ? new SoftmaxTokenHead(Parameters.Output, _stack, NextTokenTargets.Instance, setup.Rates.Output)
            : new SampledTokenHead(
                Parameters.Output, _stack, setup.Rates.Output, setup.Frequencies ?? new long[setup.Vocabulary], setup.SoftmaxSamples);
        _pass = new BatchPass(_stack, _head);
        _states = _stack.CreateStates();
        foreach (var parameter in Parameters.Dense)
            parameter.EnableGradient();
        _stack.PrepareTraining();
    }

    public NetworkParameters Parameters { get; }

    /// <summary>The embedding's table, then the others.</summary>
    public IEnumerable<Parameter> All => Parameters.All;

    /// <summary>The largest number of flat rows that a chunk of the last batch had.</summary>
    public int LargestChunkRows => Enumerable.Range(0, _stack.ChunkCount).Max(index => _stack.GetChunk(index).FlatRows);

    /// <summary>Forward and backward over a batch; the gradients are of the mean over its tokens.</summary>
    public BatchResult Train(IReadOnlyList<int[]> sequences, ulong dropoutSeed = 5, bool continues = false)
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
        Fill(sequences);
        return _pass.Train(_batch, dropoutSeed, continues ? _states : null, _states);
    }

    /// <summary>The forward pass alone.</summary>
    public BatchResult Score(IReadOnlyList<int[]> sequences)
    {
        Fill(sequences);
        _pass.PackWeights();
        return _pass.Run(_batch);
    }

    /// <summary>All gradients: the dense parameters', padding included, then those of the touched embedding rows.</summary>
    public float[] Gradients()
    {
        var gradients = new List<float>();
        foreach (var parameter in Parameters.Dense)
            gradients.AddRange(parameter.Gradients);
        if (!Parameters.Encoder.Embedding.IsDense)
            gradients.AddRange(Parameters.Encoder.Embedding.Gradients);
        return [.. gradients];
    }

    /// <summary>Gradient by an element; zero for the vector of a token that the batch does not have.</summary>
    public float GradientAt(Parameter parameter, int row, int column)
    {
        var embedding = Parameters.Encoder.Embedding;
        if (parameter != embedding.Value || embedding.IsDense)
            return parameter.GradientAt(row, column);
        var slot = embedding.Touched.IndexOf(row);
        return slot < 0 ? 0 : embedding.Gradients[slot * embedding.Stride + embedding.Columns[column]];
    }

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_head, _states, _stack, Parameters, _device])
            owned.Dispose();
    }

    private void Fill(IReadOnlyList<int[]> sequences) => _batch.Fill(sequences, Parameter.Identity(sequences.Count), Vocabulary.EmptyToken);
}
