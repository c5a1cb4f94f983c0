using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The largest magnitude of an eigenvalue, and initial weights that have a given one.</summary>
[TestClass]
internal sealed class SpectralRadiusTests
{
    /// <summary>Those that have a matrix from step to step which is learned as it is.</summary>
    public static IEnumerable<object[]> Cells => Enum.GetValues<CellKind>().Except([CellKind.Unitary]).Select(cell => (object[])[cell]);

    [TestMethod]
    // A rotation: both eigenvalues are complex.
    [DataRow(2, new double[] { 0, -2, 2, 0 })]
    [DataRow(3, new double[] { 3, 1, 0, -2 })]
    // Far from normal: the norm is more than ten times the radius.
    [DataRow(0.5, new double[] { 0.5, 8, 0, 0.25 })]
    // Two equal eigenvalues with one vector.
    [DataRow(0.75, new double[] { 0.75, 1, 0, 0.75 })]
    [DataRow(1e-20, new double[] { 1e-20, 0, 0, 1e-21 })]
    [DataRow(1e20, new double[] { -1e20, 0, 0, 1e19 })]
    // A cyclic shift of four, all of whose eigenvalues are on one circle.
    [DataRow(0.9, new double[] { 0, 0, 0, 0.9, 0.9, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 0.9, 0 })]
    [DataRow(0, new double[] { 0, 1, 0, 0 })]
    [DataRow(0, new double[] { 0, 0, 0, 0 })]
    public void ItIsThatOfKnownMatrices(double expected, double[] matrix)
        => Assert.AreEqual(expected, SpectralRadius.Of(matrix, (int)Math.Sqrt(matrix.Length)), 1e-3 * expected);

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void EachBlockOfTheInitialWeightsHasIt(CellKind cell)
    {
        using var plain = new EncoderParameters(new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = 5, HiddenSize = 24, LayerCount = 2 }, Vocabulary: 4));
        using var scaled = new EncoderParameters(plain.Shape);
        plain.Initialize(3);

        scaled.Initialize(3, 0.95f);

        foreach (var (before, after) in plain.Stacks[0].Layers.Zip(scaled.Stacks[0].Layers))
        {
            Near.AreSame(before.Input.Values, after.Input.Values, "input");
            Near.AreSame(before.Bias.Values, after.Bias.Values, "bias");
            foreach (var (old, hidden) in before.Hidden.Zip(after.Hidden))
            {
                var half = after.Shape.Half;
                for (var gate = 0; gate < hidden.Columns / half; gate++)
                {
                    Assert.AreEqual(0.95, SpectralRadius.Of(Block(hidden, gate, half), half), 1e-5, $"gate {gate}");
                    // The same weights, longer.
                    var ratio = hidden.At(0, gate * half) / old.At(0, gate * half);
                    Assert.AreEqual(ratio * old.At(half - 1, gate * half + 1), hidden.At(half - 1, gate * half + 1), 1e-6);
                }
            }
        }

        static double[] Block(Parameter hidden, int gate, int half)
            => [.. Enumerable.Range(0, half * half).Select(i => (double)hidden.At(i / half, gate * half + i % half))];
    }

    [TestMethod]
    public void ATrainingBeginsWithItWhereItDoesNotBeginWithAModel()
    {
        var task = LanguageTask.Counting(4);
        task = task with { Training = task.Training with { MaximumEpochs = 1, LearningRate = 1e-7f, SpectralRadius = 1.5f }, Network = task.Network with { Cell = CellKind.Elman } };
        var model = task.Run().Model;
        Assert.AreEqual(1.5, Radius(model), 1e-3);

        var plain = task with { Training = task.Training with { SpectralRadius = null } };
        Assert.IsLessThan(1, Radius(plain.Run().Model));
        Assert.AreEqual(1.5, Radius(model.ContinueTraining(task.Texts, task.Model, task.Training with { SpectralRadius = 0.5f }).Model), 1e-3);

        static double Radius(LanguageModel model)
        {
            var hidden = model.Parameters.Encoder.Stacks[0].Layers[0].Hidden[0];
            return SpectralRadius.Of([.. Enumerable.Range(0, 256).Select(i => (double)hidden.At(i / 16, i % 16))], 16);
        }
    }
}
