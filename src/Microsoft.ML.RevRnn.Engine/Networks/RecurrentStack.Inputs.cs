using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>What the layers read: token vectors, the outputs of the layer below, dropout and skips; and the same backwards.</content>
internal sealed unsafe partial class RecurrentStack
{
    private const ulong InputDropout = 1;
    private const ulong EmbeddingDropout = 500;

    private void PrepareInputs(bool backward)
    {
        _layers[_layer].PrepareChunk(_chunk, Record(_layer, _chunk), backward);
        if (HasInputs(_layer, training: true))
            _inputs[_layer].EnsureLength((long)_chunk.FlatRows * _parameters.Layers[_layer].InputStride);
    }

    /// <summary>Whether a layer's inputs are other than the outputs of the layer below.</summary>
    private bool HasInputs(int layer, bool training) =>
        layer == 0 || (_dropouts[layer] != null && training) || _parameters.Options.SkipsTo(layer);

    private float* InputsOf(int layer, bool training) => HasInputs(layer, training) ? _inputs[layer].Pointer : OutputsOf(layer - 1, _chunk);

    private ulong EmbeddingKey => CounterRandom.Key(_dropoutSeed, EmbeddingDropout);

    /// <summary>Writes the inputs of the running layer for flat rows [begin, end).</summary>
    private void WriteInputs(bool training, int begin, int end)
    {
        if (!HasInputs(_layer, training))
            return;
        var inputs = InputsOf(_layer, training);
        if (_layer == 0)
            _parameters.Embedding.Gather(_chunk, inputs, training ? _rates.Embedding : 0, EmbeddingKey, begin, end);
        var source = _layer == 0 ? inputs : OutputsOf(_layer - 1, _chunk);
        var dropout = training ? _dropouts[_layer] : null;
        if (dropout != null)
            ApplyDropout(dropout, source, inputs, begin, end);
        if (!_parameters.Options.SkipsTo(_layer))
            return;
        var stride = _parameters.Layers[_layer].InputStride;
        var (first, length) = ((nint)begin * stride, (end - begin) * stride);
        TensorPrimitives.Add(
            new ReadOnlySpan<float>((dropout == null ? source : inputs) + first, length),
            new ReadOnlySpan<float>(InputsOf(_layer - 1, training) + first, length),
            new Span<float>(inputs + first, length));
    }

    /// <summary>
    /// From the gradient by the running layer's inputs, in place, to that by the outputs of the layer below: what the layer above read of these inputs is
    /// added, what the layer below's inputs get is kept, and dropout's mask is applied.
    /// </summary>
    private void PassSkips(float* gradient, int begin, int end)
    {
        var options = _parameters.Options;
        var stride = _parameters.Layers[_layer].InputStride;
        var here = new Span<float>(gradient + (nint)begin * stride, (end - begin) * stride);
        var skipped = new Span<float>(_skipGradient.Pointer + (nint)begin * stride, here.Length);
        if (options.SkipsTo(_layer + 1))
            TensorPrimitives.Add(here, skipped, here);
        if (options.SkipsTo(_layer))
            here.CopyTo(skipped);
        if (_dropouts[_layer] is { } dropout)
            ApplyDropout(dropout, gradient, gradient, begin, end);
    }

    /// <summary>One mask a row of the batch, the same at every step (variational dropout, Gal and Ghahramani 2016).</summary>
    private void ApplyDropout(Dropout dropout, float* source, float* target, int begin, int end)
    {
        var stride = _parameters.Layers[_layer].InputStride;
        for (var s = 0; s < _chunk.Steps; s++)
        {
            var first = _chunk.FlatRow(s);
            var last = Math.Min(end, first + _chunk.ActiveRows(s));
            for (var r = Math.Max(begin, first); r < last; r++)
            {
                var key = CounterRandom.Key(_dropoutSeed, InputDropout + (ulong)_layer, (ulong)(r - first));
                dropout.Apply(source + (nint)r * stride, target + (nint)r * stride, stride, key);
            }
        }
    }
}
