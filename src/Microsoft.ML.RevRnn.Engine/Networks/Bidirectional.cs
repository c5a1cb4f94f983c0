using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// Two stacks over the same batch, of which the second reads each sequence from its last token to its first (Schuster and Paliwal 1997). Their outputs lie side by
/// side in the order in which each stack reads: step t's row has what the first made of token t, and the second of token T - 1 - t. That is what heads that pool over
/// time want, and it keeps the memory of reversible training: with outputs in the order of the text, the second stack's would all have to be kept.
/// </summary>
internal sealed unsafe class Bidirectional : ISequenceEncoder
{
    private readonly int _fixedTokens;
    private readonly bool _joins;
    private readonly PackedBatch _reversed = new();
    private readonly NativeBuffer<float> _outputs;
    private readonly NativeBuffer<float> _outputGradient;

    /// <param name="first">Reads forwards.</param>
    /// <param name="second">Reads backwards; its outputs are as long.</param>
    /// <param name="device">The account is that of both, which each have a part of it.</param>
    /// <param name="fixedTokens">How many tokens at the beginning mark it, and are read first in both directions.</param>
    /// <param name="joins">Whether a head reads joined outputs; without, heads read those of each direction.</param>
    public Bidirectional(ISequenceEncoder first, ISequenceEncoder second, Device device, int fixedTokens, bool joins)
    {
        First = first;
        Second = second;
        Device = device;
        _fixedTokens = fixedTokens;
        _joins = joins;
        _outputs = new NativeBuffer<float>(device.Memory);
        _outputGradient = new NativeBuffer<float>(device.Memory);
        OutputColumns = [.. first.OutputColumns, .. second.OutputColumns.Select(column => first.OutputStride + column)];
    }

    /// <summary>The direction from the first token to the last.</summary>
    public ISequenceEncoder First { get; }

    /// <summary>The direction from the last token to the first.</summary>
    public ISequenceEncoder Second { get; }

    public Device Device { get; }

    public int OutputStride => First.OutputStride + Second.OutputStride;

    public int[] OutputColumns { get; }

    public int ChunkCount => First.ChunkCount;

    public ActivationAccount Account => First.Account + Second.Account + new ActivationAccount(0, 0, _outputs.Bytes + _outputGradient.Bytes);

    public float* OutputGradient => _outputGradient.Pointer;

    /// <summary>Bytes of joined outputs and their gradient at the most.</summary>
    /// <param name="shape">Of both directions.</param>
    /// <param name="rows">Most rows of a batch.</param>
    public static long JoinedBytes(NetworkShape shape, int rows) => 2L * sizeof(float) * shape.OutputStride * ChunkLength.For(shape).MostRows(rows);

    /// <summary>The seed of the second direction's masks.</summary>
    public static ulong SecondSeed(ulong seed) => CounterRandom.Key(seed, RandomUse.SecondDirection);

    public void PrepareTraining()
    {
        First.PrepareTraining();
        Second.PrepareTraining();
    }

    public void PackWeights(bool forTraining, ulong seed = 0)
    {
        First.PackWeights(forTraining, seed);
        Second.PackWeights(forTraining, SecondSeed(seed));
    }

    public void ShareWeights(ISequenceEncoder? owner)
    {
        First.ShareWeights((owner as Bidirectional)?.First);
        Second.ShareWeights((owner as Bidirectional)?.Second);
    }

    public void Release() => _reversed.Release();

    public void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        _reversed.FillReversed(batch, _fixedTokens);
        First.Begin(batch, training, seed, start?.Part(..LayersOf(start)));
        Second.Begin(_reversed, training, SecondSeed(seed), start?.Part(LayersOf(start)..));
    }

    public Chunk GetChunk(int index) => First.GetChunk(index);

    public void Forward(in Chunk chunk)
    {
        First.Forward(chunk);
        Second.Forward(Second.GetChunk(chunk.Index));
        Join(chunk);
    }

    public float* Outputs(in Chunk chunk) => _outputs.Pointer;

    public EncoderStates CreateStates(bool hasGradients = false) => First.CreateStates(hasGradients).Join(Second.CreateStates(hasGradients));

    public void SaveStates(EncoderStates states)
    {
        First.SaveStates(states.Part(..LayersOf(states)));
        Second.SaveStates(states.Part(LayersOf(states)..));
    }

    public void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        First.BeginBackward(lossScale, end?.Part(..LayersOf(end)));
        Second.BeginBackward(lossScale, end?.Part(LayersOf(end)..));
    }

    public void Recover(in Chunk chunk)
    {
        First.Recover(chunk);
        Second.Recover(Second.GetChunk(chunk.Index));
        Join(chunk);
        if (_joins)
            _outputGradient.EnsureLength((long)chunk.FlatRows * OutputStride);
    }

    public void Backward(in Chunk chunk)
    {
        if (_joins)
            Device.Team.Run(new SplitJob(this, chunk));
        First.Backward(chunk);
        Second.Backward(Second.GetChunk(chunk.Index));
    }

    public void FinishBackward()
    {
        First.FinishBackward();
        Second.FinishBackward();
    }

    public int RowLimit(int steps, int most) => Math.Min(First.RowLimit(steps, most), Second.RowLimit(steps, most));

    /// <inheritdoc/>
    /// <remarks>Joined outputs are among the bytes of the head, which each direction has a half of.</remarks>
    public long LeastBytes(int rows, int steps) => First.LeastBytes(rows, steps) + Second.LeastBytes(rows, steps);

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
        _outputs.Dispose();
        _outputGradient.Dispose();
    }

    private static int LayersOf(EncoderStates states) => states.LayerCount / 2;

    private void Join(in Chunk chunk)
    {
        if (!_joins)
            return;
        _outputs.EnsureLength((long)chunk.FlatRows * OutputStride);
        Device.Team.Run(new JoinJob(this, chunk));
    }

    private readonly struct JoinJob(Bidirectional both, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = both.Device.Team.Share(chunk.FlatRows, 4, worker);
            Copy(both.First.Outputs(chunk), both.First.OutputStride, 0, begin, end);
            Copy(both.Second.Outputs(both.Second.GetChunk(chunk.Index)), both.Second.OutputStride, both.First.OutputStride, begin, end);
        }

        private void Copy(float* source, int stride, int offset, int begin, int end)
        {
            for (var r = begin; r < end; r++)
                new ReadOnlySpan<float>(source + (nint)r * stride, stride).CopyTo(new Span<float>(both._outputs.Pointer + (nint)r * both.OutputStride + offset, stride));
        }
    }

    private readonly struct SplitJob(Bidirectional both, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = both.Device.Team.Share(chunk.FlatRows, 4, worker);
            Copy(both.First.OutputGradient, both.First.OutputStride, 0, begin, end);
            Copy(both.Second.OutputGradient, both.Second.OutputStride, both.First.OutputStride, begin, end);
        }

        private void Copy(float* target, int stride, int offset, int begin, int end)
        {
            for (var r = begin; r < end; r++)
                new ReadOnlySpan<float>(both._outputGradient.Pointer + (nint)r * both.OutputStride + offset, stride).CopyTo(new Span<float>(target + (nint)r * stride, stride));
        }
    }
}
