using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A layer of a cell that learns one of the memory tasks, each batch of new sequences.</summary>
internal sealed class MemoryTraining : IDisposable
{
    /// <summary>Sequences of a batch, as in the paper.</summary>
    public const int Rows = 20;

    /// <summary>Of AdamW, whose steps are as long as those of the paper's RMSprop at the same rate.</summary>
    public const float LearningRate = 1e-3f;

    /// <summary>The longest gradient; the paper clips values to +-1, of all cells but the unitary one.</summary>
    public const float MaximumGradientNorm = 1;

    private readonly Device _device;
    private readonly StackParameters _parameters;
    private readonly LinearParameters _output;
    private readonly RecurrentStack _stack;
    private readonly ISequenceHead _head;
    private readonly BatchPass _pass;
    private readonly Optimizer _optimizer;
    private readonly PackedBatch _batch = new();
    private readonly Action<int[][], Random> _draw;
    private readonly Random _random;

    private MemoryTraining(MemoryCell cell, StepValues input, int width, int outcomes, int threads, int seed,
        Func<LinearParameters, RecurrentStack, (ISequenceHead Head, Action<int[][], Random> Draw)> create)
    {
        _device = new Device(threads);
        _random = new Random(seed);
        var shape = new NetworkShape(new NetworkOptions { Cell = cell.Kind, EmbeddingSize = width, HiddenSize = cell.Units }, Math.Max(2, input.Vocabulary));
        _parameters = new StackParameters(shape, Parameter.Identity(width), input.Stride);
        _parameters.Initialize((ulong)seed);
        _output = LinearParameters.Create("outcomes", outcomes, shape.OutputColumns(), shape.OutputStride);
        _output.Weight.InitializeUniform((ulong)seed, 1 / MathF.Sqrt(shape.OutputSize));
        var settings = new StackSettings { Strategy = cell.Kind.IsReversible() ? ActivationStrategy.Reversible : ActivationStrategy.Stored, SharesInputs = false };
        _stack = new RecurrentStack(_parameters, input, settings, _device);
        (_head, _draw) = create(_output, _stack);
        _pass = new BatchPass(_stack, _head);
        _stack.PrepareTraining();
        Parameter[] all = [.. _parameters.All, _output.Weight, _output.Bias];
        ParameterCount = all.Sum(parameter => parameter.Rows * parameter.Columns);
        _optimizer = Optimizer.Create(new TrainingOptions { Optimizer = OptimizerKind.AdamW }, all, [], _device);
    }

    /// <summary>Learned values, those of the output's map included.</summary>
    public int ParameterCount { get; }

    /// <param name="cell">What learns.</param>
    /// <param name="delay">T.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="seed">Of weights and sequences.</param>
    public static MemoryTraining OfCopying(MemoryCell cell, int delay, int threads, int seed)
        => new(cell, StepValues.OneHot(CopyTask.Alphabet), CopyTask.Alphabet, CopyTask.Outcomes, threads, seed, (output, stack) =>
        {
            var targets = new GivenTargets();
            return (new SoftmaxTokenHead(output, stack, targets), Draw);

            void Draw(int[][] sequences, Random random)
            {
                targets.Targets = new int[sequences.Length][];
                for (var i = 0; i < sequences.Length; i++)
                    (sequences[i], targets.Targets[i]) = CopyTask.Draw(delay, random);
            }
        });

    /// <param name="cell">What learns.</param>
    /// <param name="steps">T.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="seed">Of weights and sequences.</param>
    public static MemoryTraining OfAdding(MemoryCell cell, int steps, int threads, int seed)
    {
        var values = new StepValues(Rows * steps, AddingTask.Inputs);
        return new(cell, values, AddingTask.Inputs, 1, threads, seed, (output, stack) =>
        {
            var head = new LastValueHead(output, stack);
            return (head, Draw);

            void Draw(int[][] sequences, Random random)
            {
                head.Targets = new float[sequences.Length];
                for (var i = 0; i < sequences.Length; i++)
                {
                    (var inputs, head.Targets[i]) = AddingTask.Draw(steps, random);
                    sequences[i] = [.. Enumerable.Range(i * steps, steps)];
                    for (var t = 0; t < steps; t++)
                        inputs.AsSpan(t * AddingTask.Inputs, AddingTask.Inputs).CopyTo(values.Row(i * steps + t));
                }
            }
        });
    }

    /// <summary>Mean loss over some updates, of each batch before it is learned from.</summary>
    public double Run(int updates)
    {
        var result = default(BatchResult);
        var sequences = new int[Rows][];
        for (var update = 0; update < updates; update++)
        {
            _draw(sequences, _random);
            _batch.Fill(sequences, Parameter.Identity(Rows), 0);
            result += _pass.Train(_batch, seed: (ulong)update);
            _optimizer.Step(LearningRate, weightDecay: 0, MaximumGradientNorm);
        }
        return result.LossSum / result.Weight;
    }

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_optimizer, _head, _stack, _output, _parameters, _device])
            owned.Dispose();
    }
}
