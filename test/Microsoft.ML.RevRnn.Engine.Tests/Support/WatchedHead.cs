using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Stands before another head: keeps the outputs that it reads, requires that recovered ones are the same bits, and tells where a batch is, so that a test can act
/// at a certain point of it.
/// </summary>
internal sealed unsafe class WatchedHead(ISequenceEncoder encoder, ISequenceHead head) : ISequenceHead
{
    private readonly List<float> _outputs = [];
    private readonly List<float> _recovered = [];

    /// <summary>After a chunk's forward pass.</summary>
    public event Action<Chunk>? ChunkForwarded;

    /// <summary>Between forward and backward pass.</summary>
    public event Action? ForwardEnded;

    /// <summary>After a chunk was recovered.</summary>
    public event Action<Chunk>? ChunkRecovered;

    /// <summary>What reads the outputs too, and has a loss.</summary>
    public ISequenceHead Head { get; set; } = head;

    /// <summary>Whether recovered outputs are looked at; a test that spoils them wants others to notice.</summary>
    public bool ComparesRecovered { get; set; } = true;

    /// <summary>The outputs [tokens, D H] of the forward pass, in the order of the packed batch.</summary>
    public float[] Outputs => [.. _outputs];

    public BatchResult Result => Head.Result;

    public float LossScale => Head.LossScale;

    public void PackWeights(bool forTraining, ulong seed) => Head.PackWeights(forTraining, seed);

    public void Begin(PackedBatch batch, bool training, ulong seed)
    {
        _outputs.Clear();
        Head.Begin(batch, training, seed);
    }

    public void Forward(in Chunk chunk)
    {
        Take(chunk, _outputs);
        Head.Forward(chunk);
        ChunkForwarded?.Invoke(chunk);
    }

    public void FinishForward()
    {
        Head.FinishForward();
        ForwardEnded?.Invoke();
    }

    public void BeginBackward() => Head.BeginBackward();

    public void Backward(in Chunk chunk)
    {
        if (ComparesRecovered)
        {
            _recovered.Clear();
            Take(chunk, _recovered);
            var forward = CollectionsMarshal.AsSpan(_outputs).Slice((int)chunk.FlatStart * encoder.OutputColumns.Length, _recovered.Count);
            Near.AreSame(forward, CollectionsMarshal.AsSpan(_recovered), $"recovered outputs of chunk {chunk.Index}");
        }
        Head.Backward(chunk);
        ChunkRecovered?.Invoke(chunk);
    }

    public void FinishBackward() => Head.FinishBackward();

    public void Dispose() => Head.Dispose();

    private void Take(in Chunk chunk, List<float> target)
    {
        var outputs = encoder.Outputs(chunk);
        for (var row = 0; row < chunk.FlatRows; row++)
        {
            foreach (var column in encoder.OutputColumns)
                target.Add(outputs[(nint)row * encoder.OutputStride + column]);
        }
    }
}
