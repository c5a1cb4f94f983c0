using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Two stacks over the same batch on a device, as <see cref="Bidirectional"/>.</summary>
/// <param name="first">Reads forwards.</param>
/// <param name="second">Reads backwards; its outputs are as long.</param>
/// <param name="device">The account is that of both, which each have a part of it.</param>
/// <param name="fixedTokens">How many tokens at the beginning mark it, and are read first in both directions.</param>
/// <param name="joins">Whether a head reads joined outputs; without, heads read those of each direction.</param>
internal sealed unsafe class TorchBidirectional(TorchStack first, TorchStack second, TorchDevice device, int fixedTokens, bool joins) : ITorchEncoder
{
    private readonly PackedBatch _reversed = new();
    private TorchBuffer? _outputs;
    private TorchBuffer? _outputGradient;

    /// <summary>The direction from the first token to the last.</summary>
    public TorchStack First => first;

    /// <summary>The direction from the last token to the first.</summary>
    public TorchStack Second => second;

    public TorchDevice Torch => device;

    public Device Device => device.Host;

    public TorchBatch Batch => first.Batch;

    public int OutputStride => first.OutputStride + second.OutputStride;

    public int[] OutputColumns { get; } = [.. first.OutputColumns, .. second.OutputColumns.Select(column => first.OutputStride + column)];

    public int ChunkCount => first.ChunkCount;

    public ActivationAccount Account => first.Account + second.Account + new ActivationAccount(0, 0, (_outputs?.Bytes + _outputGradient?.Bytes) ?? 0);

    public float* OutputGradient => (float*)_outputGradient!.Address;

    public void PrepareTraining()
    {
        // Gradients are there already.
    }

    public void PackWeights(bool forTraining, ulong seed = 0)
    {
        first.PackWeights(forTraining, seed);
        second.PackWeights(forTraining, Bidirectional.SecondSeed(seed));
    }

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        Release();
        _reversed.FillReversed(batch, fixedTokens);
        first.Begin(batch, training, seed, start?.Part(..(start.LayerCount / 2)));
        second.Begin(_reversed, training, Bidirectional.SecondSeed(seed), start?.Part((start.LayerCount / 2)..));
        if (!joins)
            return;
        _outputs = device.Rows(first.Batch.Steps.MostRows, OutputStride);
        _outputGradient = training ? device.Rows(first.Batch.Steps.MostRows, OutputStride) : null;
    }

    public void Release()
    {
        first.Release();
        second.Release();
        _reversed.Release();
        _outputs?.Dispose();
        _outputGradient?.Dispose();
        (_outputs, _outputGradient) = (null, null);
    }

    public Chunk GetChunk(int index) => first.GetChunk(index);

    public void Forward(in Chunk chunk)
    {
        first.Forward(chunk);
        second.Forward(second.GetChunk(chunk.Index));
        Join(chunk);
    }

    public float* Outputs(in Chunk chunk) => (float*)_outputs!.Address;

    public torch.Tensor OutputsOf(in Chunk chunk) => _outputs!.Tensor.narrow(0, 0, chunk.FlatRows);

    public torch.Tensor OutputGradientOf(in Chunk chunk) => _outputGradient!.Tensor.narrow(0, 0, chunk.FlatRows);

    public EncoderStates CreateStates(bool hasGradients = false) => first.CreateStates(hasGradients).Join(second.CreateStates(hasGradients));

    public void SaveStates(EncoderStates states)
    {
        first.SaveStates(states.Part(..(states.LayerCount / 2)));
        second.SaveStates(states.Part((states.LayerCount / 2)..));
    }

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        first.BeginBackward(lossScale);
        second.BeginBackward(lossScale);
    }

    public void Recover(in Chunk chunk)
    {
        first.Recover(chunk);
        second.Recover(second.GetChunk(chunk.Index));
        Join(chunk);
    }

    public void Backward(in Chunk chunk)
    {
        using (torch.NewDisposeScope())
        {
            if (joins)
            {
                var joined = OutputGradientOf(chunk);
                first.OutputGradientOf(chunk).copy_(joined.narrow(1, 0, first.OutputStride));
                second.OutputGradientOf(chunk).copy_(joined.narrow(1, first.OutputStride, second.OutputStride));
            }
        }
        first.Backward(chunk);
        second.Backward(second.GetChunk(chunk.Index));
    }

    public void FinishBackward()
    {
        first.FinishBackward();
        second.FinishBackward();
    }

    public int RowLimit(int steps, int most) => Math.Min(first.RowLimit(steps, most), second.RowLimit(steps, most));

    public long LeastBytes(int rows, int steps) => first.LeastBytes(rows, steps) + second.LeastBytes(rows, steps);

    public void Dispose()
    {
        Release();
        first.Dispose();
        second.Dispose();
    }

    private void Join(in Chunk chunk)
    {
        if (!joins)
            return;
        using var scope = torch.NewDisposeScope();
        var joined = OutputsOf(chunk);
        joined.narrow(1, 0, first.OutputStride).copy_(first.OutputsOf(chunk));
        joined.narrow(1, first.OutputStride, second.OutputStride).copy_(second.OutputsOf(second.GetChunk(chunk.Index)));
    }
}
