namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>
/// Says which settings to try. The first is that of the options; others are random until enough have come to a result, and are then drawn from what good ones have in common: a tree-structured Parzen
/// estimator (Bergstra et al. 2011), on the furthest rung that has enough of them (Falkner et al. 2018, BOHB).
/// </summary>
/// <param name="dimensions">What is searched.</param>
/// <param name="template">The options that the first setting is of.</param>
/// <param name="seed">Of all that is random.</param>
internal sealed class TrialProposer(IReadOnlyList<SearchDimension> dimensions, RevRnnOptions template, int seed)
{
    private const int LeastObservations = 5;
    private const int Candidates = 24;
    private const int Attempts = 200;
    private const double GoodShare = 0.3;
    private const double RandomShare = 0.2;
    private const double Bandwidth = 0.15;

    /// <summary>A setting that was not tried yet; null where there seem to be none.</summary>
    /// <param name="trial">Its number.</param>
    /// <param name="tried">Those before it.</param>
    /// <param name="observations">What they came to.</param>
    public double[]? Propose(int trial, IReadOnlyList<double[]> tried, IReadOnlyList<Observation> observations)
    {
        if (trial == 0)
            return [.. dimensions.Select(dimension => dimension.Of(template))];
        var random = new Random(unchecked(seed * 486187739 + trial));
        var model = Model(observations);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // A model that has settled on few values must not keep others from being tried.
            var isRandom = model == null || random.NextDouble() < RandomShare || attempt > Attempts / 2;
            var setting = isRandom ? Draw(random) : Best(random, model!.Value.Good, model.Value.Bad);
            if (!tried.Any(other => other.AsSpan().SequenceEqual(setting)))
                return setting;
        }
        return null;
    }

    private (double[][] Good, double[][] Bad)? Model(IReadOnlyList<Observation> observations)
    {
        var rung = observations.GroupBy(each => each.Epochs).Where(ofRung => ofRung.Count() >= LeastObservations).MaxBy(ofRung => ofRung.Key);
        if (rung == null)
            return null;
        double[][] sorted = [.. rung.OrderBy(each => each.Loss).Select(each => each.Setting)];
        var good = Math.Max(2, (int)Math.Ceiling(GoodShare * sorted.Length));
        return (sorted[..good], sorted[good..]);
    }

    private double[] Draw(Random random) => [.. dimensions.Select(dimension => dimension.At(random.NextDouble()))];

    /// <summary>Of candidates that good settings suggest, the one that bad ones suggest least.</summary>
    private double[] Best(Random random, double[][] good, double[][] bad)
    {
        double[]? best = null;
        var highest = double.NegativeInfinity;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var setting = new double[dimensions.Count];
            var score = 0.0;
            for (var i = 0; i < setting.Length; i++)
            {
                setting[i] = Draw(random, i, good);
                score += Math.Log(Density(i, setting[i], good) / Density(i, setting[i], bad));
            }
            if (score > highest)
                (best, highest) = (setting, score);
        }
        return best!;
    }

    private double Draw(Random random, int i, double[][] settings)
    {
        var dimension = dimensions[i];
        // The prior counts as one setting.
        var which = random.Next(settings.Length + 1);
        if (which == settings.Length)
            return dimension.At(random.NextDouble());
        var center = settings[which][i];
        if (dimension.ChoiceCount > 0)
            return center;
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return dimension.At(Math.Clamp(dimension.Position(center) + Bandwidth * normal, 0, 1));
    }

    private double Density(int i, double coordinate, double[][] settings)
    {
        var dimension = dimensions[i];
        if (dimension.ChoiceCount > 0)
            return (settings.Count(setting => setting[i] == coordinate) + 1.0 / dimension.ChoiceCount) / (settings.Length + 1);
        var x = dimension.Position(coordinate);
        var sum = 1.0;
        foreach (var setting in settings)
        {
            var z = (x - dimension.Position(setting[i])) / Bandwidth;
            sum += Math.Exp(-z * z / 2) / (Bandwidth * Math.Sqrt(2 * Math.PI));
        }
        return sum / (settings.Length + 1);
    }
}
