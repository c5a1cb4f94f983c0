using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Finds the temperature T with which softmax(z / T) has the least cross-entropy (Guo et al. 2017).</summary>
internal static class TemperatureScaling
{
    public const float Least = 0.01f;
    public const float Most = 100;

    private const int Halvings = 60;

    /// <summary>
    /// With b = 1 / T the loss of a row, ln sum exp(b z) - b z of its label, is convex in b and its slope is the mean of z under softmax(b z) less z of the label;
    /// so the zero of the slopes' sum is found by halving ln b's interval.
    /// </summary>
    /// <param name="scores">z: [C] of each row.</param>
    /// <param name="labels">The class of each row.</param>
    public static float Fit(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels)
    {
        var (low, high) = (-HostMath.Log(Most), -HostMath.Log(Least));
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            if (Slope(scores, labels, HostMath.Exp(middle)) < 0)
                low = middle;
            else
                high = middle;
        }
        return Math.Clamp((float)HostMath.Exp(-(low + high) / 2), Least, Most);
    }

    private static double Slope(IReadOnlyList<float[]> scores, IReadOnlyList<int> labels, double scale)
    {
        var slope = 0.0;
        for (var row = 0; row < scores.Count; row++)
        {
            var largest = scores[row].Max();
            var (sum, weighted) = (0.0, 0.0);
            foreach (var score in scores[row])
            {
                var weight = HostMath.Exp(scale * (score - largest));
                sum += weight;
                weighted += weight * score;
            }
            slope += weighted / sum - scores[row][labels[row]];
        }
        return slope;
    }
}
