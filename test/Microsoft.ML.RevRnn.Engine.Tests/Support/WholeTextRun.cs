using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A <see cref="WholeTextEncoder"/> driven as training drives it, with the loss of a <see cref="LinearHead"/>.</summary>
internal sealed class WholeTextRun : IDisposable
{
    private readonly Device _device;
    private readonly ISequenceEncoder _encoder;
    private readonly WatchedHead _head;
    private readonly BatchPass _pass;

    public WholeTextRun(
        NetworkStructure structure, int units, int threads = 1, SimdWidth? width = null, float dropout = 0, ActivationStrategy strategy = ActivationStrategy.Stored, int layers = 1)
    {
        _device = new Device(threads, width);
        Parameters = new EncoderParameters(new NetworkShape(new NetworkOptions { Structure = structure, EmbeddingSize = 5, HiddenSize = units, LayerCount = layers }, 11));
        Parameters.Initialize(1);
        _encoder = Encoders.Create(Parameters, new StackSettings { Strategy = strategy, Dropout = new DropoutRates(dropout, dropout, dropout) }, _device);
        _head = new WatchedHead(_encoder, new LinearHead(_encoder));
        _pass = new BatchPass(_encoder, _head);
        _encoder.PrepareTraining();
    }

    public EncoderParameters Parameters { get; }

    public TreeParameters Tree => Parameters.Stacks[0].Tree!;

    public PackedBatch Batch { get; } = new();

    public float[] Outputs => _head.Outputs;

    public long PeakBytes => _device.Memory.PeakBytes;

    private int Units => Parameters.Shape.Options.HiddenSize;

    public void Train(IReadOnlyList<int[]> sequences)
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
        Batch.Fill(sequences, Parameter.Identity(sequences.Count), 0);
        _pass.Train(Batch, seed: 5);
    }

    public float[] OutputBits(long flatRow) => Outputs.AsSpan((int)flatRow * Units, Units).ToArray();

    public double[] Output(long flatRow) => Array.ConvertAll(OutputBits(flatRow), value => (double)value);

    public float[] Gradients() => [.. Parameters.Dense.SelectMany(parameter => parameter.Gradients.ToArray()), .. Parameters.Embedding.Gradients];

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_head, _encoder, Parameters, _device])
            owned.Dispose();
    }
}
