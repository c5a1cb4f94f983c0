using System.Diagnostics;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trains nothing, and writes down what the loop asks for.</summary>
/// <param name="parameters">Stay as they are.</param>
internal sealed class RecordingTrainer(NetworkParameters parameters) : INetworkTrainer
{
    private readonly Stopwatch _validation = new();

    /// <summary>Of each batch trained on its seed, its sequences, and its steps.</summary>
    public List<(ulong Seed, int[] Sequences, int Steps)> Batches { get; } = [];

    /// <summary>Of each step what the weights were to be updated with.</summary>
    public List<(float Rate, float Decay, float Norm)> Steps { get; } = [];

    /// <summary>Time spent on validation.</summary>
    public TimeSpan ValidationTime => _validation.Elapsed;

    /// <summary>How long a batch takes.</summary>
    public TimeSpan TimeOfTraining { get; init; }

    /// <summary>How long one takes that is evaluated.</summary>
    public TimeSpan TimeOfValidation { get; init; }

    public NetworkParameters Parameters => parameters;

    public ActivationAccount Account => default;

    public long PeakBytes => 0;

    public Func<bool>? IsInterrupted { private get; set; }

    public BatchResult Train(PackedBatch batch, ulong seed, bool continues = false)
    {
        Batches.Add((seed, [.. Enumerable.Range(0, batch.RowCount).Select(batch.SequenceOfRow)], batch.StepCount));
        Thread.Sleep(TimeOfTraining);
        return new BatchResult(1, 1, 0);
    }

    public double Step(float learningRate, float weightDecay, float maximumGradientNorm)
    {
        Steps.Add((learningRate, weightDecay, maximumGradientNorm));
        return 1;
    }

    public void BeginValidation()
    {
    }

    public BatchResult Evaluate(PackedBatch batch, bool continues = false)
    {
        _validation.Start();
        Thread.Sleep(TimeOfValidation);
        _validation.Stop();
        return new BatchResult(1, 1, 0);
    }

    public void Export()
    {
    }

    public void Import()
    {
    }

    public void SaveState(BinaryWriter writer)
    {
    }

    public void LoadState(BinaryReader reader)
    {
    }

    public int RowLimit(int steps, int most) => most;

    public long LeastBytes(int rows, int steps) => 0;

    public void Dispose() => parameters.Dispose();
}
