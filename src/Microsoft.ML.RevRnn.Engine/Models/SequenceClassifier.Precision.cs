using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <content>The same model in a smaller file.</content>
public sealed partial class SequenceClassifier
{
    /// <summary>What the weights are rounded to: <see cref="WeightPrecision.Single"/> after training, else what <see cref="WithWeights"/> was asked for.</summary>
    public WeightPrecision WeightPrecision => Weights.PrecisionOf(_parameters.All);

    /// <summary>
    /// The same model with weights of another precision, for a smaller file; this one stays as it is. Weights are rounded here, once: what is saved and loaded predicts to the bit what the
    /// result does.
    /// </summary>
    /// <param name="precision">
    /// <see cref="WeightPrecision.Int8"/> rounds each weight w of a matrix to the nearest q s, |w - q s| at most s / 2, where s is the largest |w| of its output unit or token / 127, rounded up to
    /// 8 bits. Of a model of 8 bits <see cref="WeightPrecision.Single"/> keeps the rounded weights: what was lost stays lost.
    /// </param>
    /// <returns>
    /// The model; this one where it has the precision. In memory it takes what this one does, as products are those of floats, and 4 bytes for each s. Trained further, it begins with the rounded weights and
    /// the result is of <see cref="WeightPrecision.Single"/>. Figures of what was held back are not taken over.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    public SequenceClassifier WithWeights(WeightPrecision precision)
    {
        OptionCheck.Defined(nameof(precision), precision);
        if (precision == WeightPrecision)
            return this;
        var copy = NetworkParameters.OfSequences(_parameters.Network, ClassCount, _parameters.Features?.WithNewWeight());
        Weights.Copy(_parameters.All, copy.All, precision);
        return new SequenceClassifier(copy, NGramPart?.With(precision));
    }
}
