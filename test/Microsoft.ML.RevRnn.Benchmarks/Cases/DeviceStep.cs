using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Torch;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The training step that is timed on the CPU too, on a device of libtorch: one layer, forward, loss sum(outputs * w), backward to weights and inputs.</summary>
internal sealed class DeviceStep : IDisposable
{
    private const int Vocabulary = 50;

    private readonly NetworkParameters _network;
    private readonly TorchDevice _device;
    private readonly TorchParameters _parameters;
    private readonly TorchStack _stack;
    private readonly PackedBatch _batch = new();
    private readonly TorchBuffer _coefficients;

    /// <param name="step">What to train.</param>
    /// <param name="device">With what; the step's own from now on.</param>
    public DeviceStep(StepCase step, TorchDevice device)
    {
        var shape = step.Shape;
        _device = device;
        _network = NetworkParameters.OfNextTokens(new NetworkShape(
            new NetworkOptions { Cell = step.Cell, EmbeddingSize = shape.Units, HiddenSize = shape.Units }, Vocabulary));
        _network.Initialize(1);
        _parameters = new TorchParameters(device, _network);
        _parameters.Import();
        _stack = new TorchStack(device, _parameters, _network.Encoder.Stacks[0], new StackSettings { Arithmetic = CellArithmetic.Preimages, Strategy = step.Strategy });
        var random = new Random(1);
        int[][] sequences = [.. Enumerable.Range(0, shape.Rows).Select(_ => Enumerable.Range(0, shape.Steps).Select(_ => random.Next(Vocabulary)).ToArray())];
        _batch.Fill(sequences, Parameter.Identity(shape.Rows), 0);
        var columns = _stack.OutputStride;
        var values = new float[_batch.TokenCount * columns];
        for (var row = 0; row < _batch.TokenCount; row++)
        {
            foreach (var column in _stack.OutputColumns)
                values[row * columns + column] = random.NextSingle() - 0.5f;
        }
        _coefficients = device.Rows(values, columns);
    }

    /// <summary>The most bytes that the batch has taken, w left out.</summary>
    public long ActivationBytes => _device.Host.Memory.PeakBytes - _coefficients.Bytes;

    public void Run()
    {
        using var scope = torch.NewDisposeScope();
        _parameters.DiscardGradients();
        _stack.PackWeights(forTraining: true);
        _stack.Begin(_batch, training: true);
        for (var index = 0; index < _stack.ChunkCount; index++)
            _stack.Forward(_stack.GetChunk(index));
        _stack.BeginBackward(lossScale: 1);
        for (var index = _stack.ChunkCount - 1; index >= 0; index--)
        {
            var chunk = _stack.GetChunk(index);
            _stack.Recover(chunk);
            _stack.OutputGradientOf(chunk).copy_(_coefficients.Tensor.narrow(0, chunk.FlatStart, chunk.FlatRows));
            _stack.Backward(chunk);
        }
        // Reads the device's states, so that all work is done when it returns.
        _stack.FinishBackward();
    }

    public void Dispose()
    {
        _stack.Dispose();
        _coefficients.Dispose();
        _parameters.Dispose();
        _network.Dispose();
        _device.Dispose();
    }
}
