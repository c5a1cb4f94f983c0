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

    /// <summary>Trains on texts, and compares outputs and the gradient by the token vectors with those of each text alone in double.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="alone">From a text and its vectors to its outputs, and to what goes from the gradient by these back to that by the vectors; each by steps.</param>
    public void CheckAgainst(int[][] texts, Func<int[], double[][], (double[][] Outputs, Func<double[][], double[][]> Backward)> alone)
    {
        var (embedding, width) = (Parameters.Embedding.Value.Elements(), Parameters.Shape.Options.EmbeddingSize);
        var ofEmbedding = new double[embedding.Length];
        Train(texts);
        foreach (var (i, text) in texts.Index())
        {
            var (outputs, backward) = alone(text, [.. text.Select(token => embedding.AsSpan(token * width, width).ToArray())]);
            var ofOutputs = new double[text.Length][];
            for (var t = 0; t < text.Length; t++)
            {
                var flat = Batch.FlatOffset(t) + Batch.RowOfMember(i);
                Near.AreNear(outputs[t], Array.ConvertAll(OutputBits(flat), value => (double)value), 1e-5, $"output {t} of text {i}");
                ofOutputs[t] = [.. Enumerable.Range(0, Units).Select(unit => (double)LinearHead.Coefficient(flat, unit))];
            }
            var ofVectors = backward(ofOutputs);
            for (var j = 0; j < text.Length * width; j++)
                ofEmbedding[text[j / width] * width + j % width] += ofVectors[j / width][j % width];
        }
        Near.AreNearToLargest(ofEmbedding, Parameters.Embedding.ElementGradients(), 1e-5, "gradient by the token vectors");
    }

    /// <summary>The outputs of the last step of each text, text after text.</summary>
    public float[] LastOutputs(int[][] texts)
    {
        Train(texts);
        return [.. texts.Index().SelectMany(text => OutputBits(Batch.FlatOffset(text.Item.Length - 1) + Batch.RowOfMember(text.Index)))];
    }

    private float[] OutputBits(long flatRow) => Outputs.AsSpan((int)flatRow * Units, Units).ToArray();

    public float[] Gradients() => [.. Parameters.Dense.SelectMany(parameter => parameter.Gradients.ToArray()), .. Parameters.Embedding.Gradients];

    public void Dispose()
    {
        foreach (var owned in (ReadOnlySpan<IDisposable>)[_head, _encoder, Parameters, _device])
            owned.Dispose();
    }
}
