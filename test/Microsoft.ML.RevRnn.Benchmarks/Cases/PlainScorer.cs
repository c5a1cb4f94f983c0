using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A classifier's network that runs text after text, and makes each product anew.</summary>
internal sealed class PlainScorer : IDisposable
{
    private readonly Device _device = new(threads: 1);
    private readonly ISequenceEncoder _encoder;
    private readonly PooledHead _head;
    private readonly BatchPass _pass;
    private readonly PackedBatch _batch = new();

    public PlainScorer(NetworkParameters parameters)
    {
        _encoder = Encoders.Create(parameters.Encoder, StackSettings.Prediction, _device);
        _head = new PooledHead(parameters, _encoder, loss: null, dropout: 0, []);
        _pass = new BatchPass(_encoder, _head);
        _pass.PackWeights();
    }

    public void Run(int[][] sequences)
    {
        foreach (var sequence in sequences)
        {
            _batch.Fill(sequence, Vocabulary.EmptyToken);
            _pass.Run(_batch);
        }
    }

    public void Dispose()
    {
        _head.Dispose();
        _encoder.Dispose();
        _device.Dispose();
    }
}
