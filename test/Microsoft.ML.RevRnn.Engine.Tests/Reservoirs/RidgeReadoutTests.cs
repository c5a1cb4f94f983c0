namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Linear maps in closed form.</summary>
[TestClass]
internal sealed class RidgeReadoutTests
{
    private static readonly double[][] _features = [.. Enumerable.Range(0, 40).Select(t => (double[])[1, Math.Sin(t), Math.Cos(2 * t), t % 7])];

    private static readonly double[][] _targets = [.. _features.Select(row => (double[])[2 * row[1] - row[3], row[0] + row[2]])];

    [TestMethod]
    public void ALinearMapIsFound()
    {
        var readout = RidgeReadout.Fit(_features, _targets, ridge: 1e-10);

        Assert.AreEqual((4, 2), (readout.FeatureCount, readout.TargetCount));
        Near.AreNear([0, 1, 2, 0, 0, 1, -1, 0], [.. readout.Weights], 1e-8, "weight");
        Near.AreNear(_targets[5], readout.Predict(_features[5]), 1e-8, "prediction");
    }

    [TestMethod]
    public void TheGradientOfErrorsAndWeightsIsZero()
    {
        const double Ridge = 3;
        double[][] noisy = [.. _targets.Select((row, t) => (double[])[row[0] + Math.Sin(5 * t), row[1]])];
        var readout = RidgeReadout.Fit(_features, noisy, Ridge);

        for (var i = 0; i < 4; i++)
        {
            for (var k = 0; k < 2; k++)
            {
                var ofErrors = _features.Select((row, t) => row[i] * (readout.Predict(row)[k] - noisy[t][k])).Sum();
                Assert.AreEqual(0, ofErrors + Ridge * readout.Weights[i * 2 + k], 1e-9);
            }
        }
    }

    [TestMethod]
    public void ALoadedReadoutIsTheSameAndADamagedOneIsReported()
    {
        var readout = RidgeReadout.Fit(_features, _targets, ridge: 1);
        var content = Models.Bytes(readout.Save);

        CollectionAssert.AreEqual(readout.Weights.ToArray(), Load(content).Weights.ToArray());
        Assert.AreEqual(2, Load(content).TargetCount);
        for (var length = 0; length < content.Length; length++)
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load(content[..length])).Message, "damaged");
        foreach (var (position, value) in (ReadOnlySpan<(int, byte)>)[(0, 0), (3, 127), (7, 255), (15, 127)])
        {
            var damaged = (byte[])content.Clone();
            damaged[position] = value;
            damaged[14] = position == 15 ? (byte)240 : damaged[14];
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Load(damaged)).Message, "damaged");
        }
    }

    [TestMethod]
    public void BadDataAreReported()
    {
        foreach (var (action, message) in (IEnumerable<(Action, string)>)
            [
                (() => RidgeReadout.Fit([], [], 1), "There are 0 rows"),
                (() => RidgeReadout.Fit(_features, [[1]], 1), "40 rows of features and 1 of targets"),
                (() => RidgeReadout.Fit([[1, 2], [1]], [[1], [2]], 1), "Row 1 of the features has 1 values"),
                (() => RidgeReadout.Fit([[1], [double.NaN]], [[1], [2]], 1), "not finite"),
                (() => RidgeReadout.Fit([[1e200, 1], [1e200, 2]], [[1], [2]], 1e-300), "take a larger one"),
                (() => RidgeReadout.Fit([[1, 1], [2, 2]], [[1], [2]], 1e-300), "take a larger one"),
                (() => RidgeReadout.Fit(_features, _targets, 1).Predict([1]), "There are 1 features"),
            ])
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(action).Message, message);
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => RidgeReadout.Fit(_features, _targets, 0));
    }

    private static RidgeReadout Load(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return RidgeReadout.Load(reader);
    }
}
