using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// The learned map of F numbers that are given with each sequence: W z, where z = (x - mean) / deviation. A number that is missing (NaN) is the mean. W begins at zero, so
/// that training begins with what the sequences say.
/// </summary>
internal sealed class DenseFeatures : IDisposable
{
    /// <summary>The most numbers of a sequence.</summary>
    public const int MaximumCount = 1_000_000;

    /// <summary>So many deviations from the mean a number counts at the most: finite scores come of any number then.</summary>
    private const double Farthest = 1e6;

    private readonly float[] _means;
    private readonly float[] _deviations;

    private DenseFeatures(int outcomes, float[] means, float[] deviations)
    {
        _means = means;
        _deviations = deviations;
        Weight = new Parameter("features.weight", Parameter.Identity(outcomes), outcomes, Parameter.Identity(means.Length), PackedMatrix.RoundUp(means.Length));
    }

    /// <summary>F.</summary>
    public int Count => _means.Length;

    /// <summary>[F].</summary>
    public ReadOnlySpan<float> Means => _means;

    /// <summary>[F].</summary>
    public ReadOnlySpan<float> Deviations => _deviations;

    /// <summary>W: [outcomes, F].</summary>
    public Parameter Weight { get; }

    /// <summary>Takes mean and deviation of what is trained on.</summary>
    /// <param name="outcomes">Classes or labels.</param>
    /// <param name="features">The numbers of each sequence; null where there are none.</param>
    /// <param name="members">Which of the sequences are trained on.</param>
    /// <returns>Null where there are none.</returns>
    public static DenseFeatures? Learn(int outcomes, IReadOnlyList<float[]>? features, int[] members)
    {
        if (features == null)
            return null;
        var (means, deviations) = (new float[features[0].Length], new float[features[0].Length]);
        for (var i = 0; i < means.Length; i++)
            (means[i], deviations[i]) = Moments(features, members, i);
        return new DenseFeatures(outcomes, means, deviations);
    }

    /// <summary>The same mean and deviation, with a weight of its own that begins at zero.</summary>
    public DenseFeatures WithNewWeight() => new(Weight.Rows, _means, _deviations);

    /// <summary>Reads what <see cref="WriteMoments"/> wrote; the weight is yet to be read.</summary>
    /// <exception cref="FormatException">A mean is not finite, or a deviation not positive.</exception>
    public static DenseFeatures ReadMoments(BinaryReader reader, int outcomes, int count)
    {
        var (means, deviations) = (new float[count], new float[count]);
        foreach (var values in (ReadOnlySpan<float[]>)[means, deviations])
        {
            for (var i = 0; i < count; i++)
                values[i] = reader.ReadSingle();
        }
        if (!means.All(float.IsFinite) || !deviations.All(deviation => float.IsFinite(deviation) && deviation > 0))
            throw new FormatException("The network is damaged: mean or deviation of a feature is out of its range.");
        return new DenseFeatures(outcomes, means, deviations);
    }

    /// <summary>Writes: float32 [F] means; float32 [F] deviations.</summary>
    public void WriteMoments(BinaryWriter writer)
    {
        foreach (var values in (ReadOnlySpan<float[]>)[_means, _deviations])
        {
            foreach (var value in values)
                writer.Write(value);
        }
    }

    /// <summary>[F] to [F].</summary>
    public void Standardize(ReadOnlySpan<float> values, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = float.IsNaN(values[i]) ? 0 : (float)Math.Clamp(((double)values[i] - _means[i]) / _deviations[i], -Farthest, Farthest);
    }

    public void Dispose() => Weight.Dispose();

    /// <summary>Of a number that is always the same the deviation is 1: its weight then stays zero.</summary>
    private static (float Mean, float Deviation) Moments(IReadOnlyList<float[]> features, int[] members, int index)
    {
        var (count, sum) = (0L, 0.0);
        foreach (var member in members)
        {
            var value = features[member][index];
            if (float.IsNaN(value))
                continue;
            count++;
            sum += value;
        }
        if (count == 0)
            return (0, 1);
        var mean = (float)(sum / count);
        var squares = 0.0;
        foreach (var member in members)
        {
            var value = features[member][index];
            if (!float.IsNaN(value))
                squares += ((double)value - mean) * ((double)value - mean);
        }
        var deviation = (float)Math.Sqrt(squares / count);
        return (mean, deviation > 0 ? deviation : 1);
    }
}
