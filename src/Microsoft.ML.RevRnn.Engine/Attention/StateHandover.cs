using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// The states that an encoder ends with, as those that a decoder starts from, layer by layer and row by row; and the gradients by them, the other way. Values are copied as they
/// are. Of an encoder of two directions, the first half of a layer's units starts as that half of the direction from first to last has ended, the other half as that of the
/// direction from last to first: so each state is one that such a layer can have, and nothing is added that could outgrow its format.
/// </summary>
internal sealed class StateHandover(AttentionShape shape)
{
    private bool IsBidirectional => shape.Encoder.Directions == 2;

    /// <summary>Gives a decoder's rows the states of the sources that they translate.</summary>
    /// <param name="ends">What the encoder's layers ended with, of its first direction and then of the second.</param>
    /// <param name="starts">What the decoder's layers are to start from.</param>
    /// <param name="sourceRows">Of each row of the decoder that of its source.</param>
    public void Hand(EncoderStates ends, EncoderStates starts, ReadOnlySpan<int> sourceRows)
    {
        for (var layer = 0; layer < starts.LayerCount; layer++)
        {
            var (stride, split) = Split(layer);
            var (first, second, target) = (ends[layer], ends[Second(layer)], starts[layer]);
            target.Rows = sourceRows.Length;
            for (var state = 0; state < target.Values.Length; state++)
            {
                target.Values[state].EnsureLength((long)sourceRows.Length * stride);
                var left = first.Values[state].Span;
                var right = second.Values[state].Span;
                var rows = target.Values[state].Span;
                for (var row = 0; row < sourceRows.Length; row++)
                {
                    var (at, from) = (row * stride, sourceRows[row] * stride);
                    left.Slice(from, split).CopyTo(rows[at..]);
                    right.Slice(from + split, stride - split).CopyTo(rows[(at + split)..]);
                }
            }
        }
    }

    /// <summary>Gives the encoder the gradients by the states that it handed over, one row each.</summary>
    /// <inheritdoc cref="Hand"/>
    public void HandBack(EncoderStates ends, EncoderStates starts, ReadOnlySpan<int> sourceRows)
    {
        for (var layer = 0; layer < starts.LayerCount; layer++)
        {
            var (stride, split) = Split(layer);
            foreach (var end in (ReadOnlySpan<LayerStates>)[ends[layer], ends[Second(layer)]])
            {
                foreach (var gradient in end.Gradients)
                {
                    gradient.EnsureLength((long)end.Rows * stride);
                    gradient.Clear();
                }
            }
            for (var state = 0; state < starts[layer].Values.Length; state++)
            {
                var rows = starts[layer].Gradients[state].Span;
                var left = ends[layer].Gradients[state].Span;
                var right = ends[Second(layer)].Gradients[state].Span;
                for (var row = 0; row < sourceRows.Length; row++)
                {
                    var (at, to) = (row * stride, sourceRows[row] * stride);
                    rows.Slice(at, split).CopyTo(left[to..]);
                    rows.Slice(at + split, stride - split).CopyTo(right[(to + split)..]);
                }
            }
        }
    }

    private int Second(int layer) => IsBidirectional ? shape.Encoder.Layers + layer : layer;

    /// <summary>Length of a row of states, and where its second half begins.</summary>
    private (int Stride, int Split) Split(int layer)
    {
        var ofLayer = shape.Decoder.Layer(layer);
        return (ofLayer.StateStride, ofLayer.StateIndex(ofLayer.Units / 2));
    }
}
