using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What the first layer reads on a device, as <see cref="TokenInput"/>: the vectors of tokens, of which dropout may leave out some, or some of their values.</summary>
/// <param name="device">The device.</param>
/// <param name="embedding">The vectors.</param>
/// <param name="rates">Rates of dropout.</param>
internal sealed class TorchInput(TorchDevice device, TorchEmbedding embedding, DropoutRates rates) : IDisposable
{
    private TorchBatch? _batch;
    private TorchBuffer? _tokens;
    private TorchBuffer? _masks;
    private TorchBuffer? _maskOf;

    /// <summary>Whether there are masks that depend on the token.</summary>
    private bool IsMasked => rates.Embedding > 0 || rates is { InputByToken: true, Input: > 0 };

    public void Begin(TorchBatch batch)
    {
        Dispose();
        _batch = batch;
        _tokens = device.Indices(Array.ConvertAll(batch.Packed.Tokens.ToArray(), token => (long)token));
        if (batch.IsTraining && IsMasked)
            CreateMasks(batch);
    }

    /// <summary>Writes the vectors of a chunk's tokens.</summary>
    public void Write(in Chunk chunk, torch.Tensor target)
    {
        target.copy_(embedding.Parameter.Value.Tensor.index_select(0, Of(chunk, _tokens!)));
        Mask(chunk, target);
    }

    public void BeginGradient() => embedding.BeginGradient(_batch!.Packed);

    /// <summary>Applies the masks of <see cref="Write"/> to the gradient by what it wrote.</summary>
    public void Mask(in Chunk chunk, torch.Tensor rows)
    {
        if (_masks != null)
            rows.mul_(_masks.Tensor.index_select(0, Of(chunk, _maskOf!)));
    }

    /// <summary>Adds the masked gradient by a chunk's vectors to those of their tokens.</summary>
    public void AddGradient(in Chunk chunk, nint gradient)
    {
        using var places = new TokenPlaces(device, chunk.Tokens, embedding.SlotOf);
        places.Add(device.Kernels, gradient, embedding.Gradient!.Address, embedding.Stride);
    }

    public void Dispose()
    {
        _tokens?.Dispose();
        _masks?.Dispose();
        _maskOf?.Dispose();
        (_tokens, _masks, _maskOf) = (null, null, null);
    }

    private static torch.Tensor Of(in Chunk chunk, TorchBuffer values) => values.Tensor.narrow(0, chunk.FlatStart, chunk.FlatRows);

    private void CreateMasks(TorchBatch batch)
    {
        var slotOf = new Dictionary<int, int>();
        var slots = new long[batch.Packed.TokenCount];
        for (var i = 0; i < slots.Length; i++)
        {
            var token = batch.Packed.Tokens[i];
            if (!slotOf.TryGetValue(token, out var slot))
                slotOf.Add(token, slot = slotOf.Count);
            slots[i] = slot;
        }
        var (keys, factors) = (new ulong[slotOf.Count], new float[slotOf.Count]);
        var ofTokens = CounterRandom.Key(batch.Seed, RandomUse.EmbeddingDropout);
        foreach (var (token, slot) in slotOf)
        {
            keys[slot] = CounterRandom.Key(batch.Seed, RandomUse.TokenDropout, (ulong)token);
            factors[slot] = rates.Embedding > 0 ? EmbeddingTable.Scale(token, rates.Embedding, ofTokens) : 1;
        }
        _masks = Masks.Create(device, rates.InputByToken ? rates.Input : 0, embedding.Stride, keys, factors);
        _maskOf = device.Indices(slots);
    }
}
