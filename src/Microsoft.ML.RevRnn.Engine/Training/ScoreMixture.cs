using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Weights a and b with which two models' scores add up to the scores with the least loss, a x + b y: each learned by itself, so that neither leaves the other nothing to learn,
/// and what is right of both is told by texts that neither has seen. The loss is convex in a and b, so that coordinate descent finds its minimum.
/// </summary>
internal static class ScoreMixture
{
    /// <summary>a where nothing is held back that could tell: a network is surer of itself than it should be.</summary>
    public const float UntoldNetwork = 0.25f;

    /// <summary>b where nothing is held back that could tell.</summary>
    public const float UntoldNGrams = 1;

    /// <summary>So many texts say that the weights are the untold ones.</summary>
    private const double Prior = 4;

    private const double Most = 4;
    private const int Rounds = 12;
    private const int Halvings = 16;

    /// <param name="loss">What the outcomes should be.</param>
    /// <param name="members">The texts that were held back.</param>
    /// <param name="network">x of each.</param>
    /// <param name="nGrams">y of each.</param>
    public static (float Network, float NGrams) Fit(Loss loss, int[] members, float[][] network, float[][] nGrams)
    {
        double a = UntoldNetwork, b = UntoldNGrams;
        if (members.Length == 0)
            return ((float)a, (float)b);
        var meanWeight = members.Average(member => (double)loss.Weight(member));
        for (var round = 0; round < Rounds; round++)
        {
            a = Zero(value => Slope(loss, members, (network, nGrams), (value, b), meanWeight, ofNetwork: true));
            b = Zero(value => Slope(loss, members, (network, nGrams), (a, value), meanWeight, ofNetwork: false));
        }
        return ((float)a, (float)b);
    }

    /// <summary>Where a rising function passes zero, from 0 to <see cref="Most"/>.</summary>
    private static double Zero(Func<double, double> slope)
    {
        var (low, high) = (0.0, Most);
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            if (slope(middle) < 0)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }

    private static double Slope(
        Loss loss, int[] members, (float[][] Network, float[][] NGrams) scores, (double A, double B) weights, double meanWeight, bool ofNetwork)
    {
        var (network, nGrams) = scores;
        var gradient = new float[network[0].Length];
        var slope = Prior * (ofNetwork ? weights.A - UntoldNetwork : weights.B - UntoldNGrams);
        for (var i = 0; i < members.Length; i++)
        {
            for (var c = 0; c < gradient.Length; c++)
                gradient[c] = (float)(weights.A * network[i][c] + weights.B * nGrams[i][c]);
            loss.Activate(gradient);
            loss.Gradient(gradient, members[i]);
            var by = ofNetwork ? network[i] : nGrams[i];
            var sum = 0.0;
            for (var c = 0; c < gradient.Length; c++)
                sum += (double)gradient[c] * by[c];
            slope += loss.Weight(members[i]) / meanWeight * sum;
        }
        return slope;
    }
}
