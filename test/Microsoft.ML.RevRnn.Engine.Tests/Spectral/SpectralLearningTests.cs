namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What spectral learning finds of a network by how much data: the more, the more exactly, and nothing of another kind of network.</summary>
[TestClass]
internal sealed class SpectralLearningTests
{
    [TestMethod]
    public void WeightsAreFoundAndErrorsFallWithTheData()
    {
        var few = Learn(30_000, seeds: 5);
        var many = Learn(300_000, seeds: 3);

        Assert.IsGreaterThanOrEqualTo(0.99, few.Min(run => run.Cosine), "The worst direction of five networks, by 30,000 steps.");
        Assert.IsLessThanOrEqualTo(0.4, Median(few.Select(run => run.Error)), "U, by 30,000 steps.");
        Assert.IsLessThanOrEqualTo(0.15, Median(many.Select(run => run.Error)), "U, by 300,000 steps.");
        for (var seed = 0; seed < many.Length; seed++)
            Assert.IsLessThan(few[seed].Error, many[seed].Error, $"seed {seed}");
        Assert.IsGreaterThan(0.999, many.Min(run => run.Cosine));
    }

    [TestMethod]
    public void AnotherKindOfNetworkIsNoticed()
    {
        double[] Residuals(bool isLinear) => [.. Enumerable.Range(0, 3).Select(seed => QuadraticRnnData.Draw(30_000, seed, isLinear).Learn(seed)?.Residual ?? 1)];

        Assert.IsLessThan(0.1, Residuals(isLinear: false).Max());
        Assert.IsGreaterThan(0.5, Residuals(isLinear: true).Min());
    }

    private static (double Cosine, double Error)[] Learn(int steps, int seeds) => [.. Enumerable.Range(0, seeds).Select(seed =>
    {
        var data = QuadraticRnnData.Draw(steps, seed);
        return data.Compare(data.Learn(seed)!);
    })];

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
