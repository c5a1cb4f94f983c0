using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Binding;

namespace Microsoft.ML.RevRnn.Tagging;

/// <summary>[T, C]: what a tagger makes of the tokens of a row, token after token, as values of columns.</summary>
internal static class TagProbabilities
{
    /// <summary>The probabilities of a row; it has as many tokens as it likes.</summary>
    public static RowResult<float[]> Create(DataViewRow row, SequenceTagger tagger, Func<int[]> tokens)
    {
        return WindowResults.Create(row, tokens, tokens, Predict, tagger.PredictMany, sequence => (long)sequence.Length * tagger.ClassCount);

        float[] Predict(int[] sequence)
        {
            var probabilities = new float[checked(sequence.Length * tagger.ClassCount)];
            tagger.Predict(sequence, probabilities);
            return probabilities;
        }
    }

    /// <summary>[T]: the key of the most probable class of each token.</summary>
    public static ValueGetter<VBuffer<uint>> MostProbable(RowResult<float[]> probabilities, int classCount) => (ref VBuffer<uint> destination) =>
    {
        var values = probabilities.Value.AsSpan();
        var editor = VBufferEditor.Create(ref destination, values.Length / classCount);
        for (var t = 0; t < editor.Values.Length; t++)
            editor.Values[t] = (uint)TensorPrimitives.IndexOfMax(values.Slice(t * classCount, classCount)) + 1;
        destination = editor.Commit();
    };
}
