using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Dropout of inputs with a mask for each token, against a network whose token vectors were masked beforehand.</summary>
[TestClass]
internal sealed class TokenDropoutTests
{
    private const ulong Seed = 5;
    private const ulong Use = 501;
    private const float Rate = 0.4f;

    private static readonly StackSetup _setup = new() { Vocabulary = 50, EmbeddingWidth = 24, OutputDropout = 0, Strategy = ActivationStrategy.Stored };
    private static readonly int[][] _sequences = Sequences.Random(8, 1, 40, 50);

    [TestMethod]
    [DataRow(CellKind.RevLstm, true)]
    [DataRow(CellKind.RevGru, false)]
    [DataRow(CellKind.Lstm, true)]
    public void OutputsAndGradientsAreThoseOfVectorsMaskedBeforehand(CellKind cell, bool sharesInputs)
    {
        var setup = _setup with { Cell = cell, SharesInputs = sharesInputs };
        using var dropping = new StackRun(setup with { Dropout = Rate, InputByToken = true });
        using var dropped = new StackRun(setup);
        var factors = Enumerable.Range(0, _setup.Vocabulary).Select(Factors).ToArray();
        foreach (var (token, column, factor) in Elements(factors))
            dropped.Parameters.Encoder.Embedding.Value.At(token, column) *= factor;

        dropping.Train(_sequences);
        dropped.Train(_sequences);

        Assert.AreEqual(sharesInputs, dropping.Stack.SharesInputs);
        Near.AreSame(dropped.Outputs, dropping.Outputs, "output");
        foreach (var (expected, actual) in dropped.Parameters.Dense.Zip(dropping.Parameters.Dense))
            Near.AreSame(expected.Gradients, actual.Gradients, expected.Name);
        foreach (var (token, column, factor) in Elements(factors))
        {
            var expected = dropped.EmbeddingGradientAt(token, column) * factor;
            Assert.AreEqual(expected, dropping.EmbeddingGradientAt(token, column), 1e-6f * Math.Max(1, Math.Abs(expected)), $"token {token}, {column}");
        }
        var zeros = (double)factors.Sum(factor => factor.Count(value => value == 0)) / (factors.Length * factors[0].Length);
        Assert.AreEqual(Rate, zeros, 4 * Math.Sqrt(Rate * (1 - Rate) / (factors.Length * factors[0].Length)));
    }

    [TestMethod]
    public void EachSeedHasMasksOfItsOwnAndPredictionHasNone()
    {
        using var without = new StackRun(_setup);
        using var with = new StackRun(_setup with { Dropout = Rate, InputByToken = true });
        with.Train(_sequences, dropoutSeed: 1);
        var first = with.Outputs;
        with.Train(_sequences, dropoutSeed: 2);
        CollectionAssert.AreNotEqual(first, with.Outputs);
        with.Train(_sequences, dropoutSeed: 1);
        Near.AreSame(first, with.Outputs, "output");

        with.Predict(_sequences);
        without.Predict(_sequences);
        Near.AreSame(without.Outputs, with.Outputs, "output of prediction");
    }

    [TestMethod]
    public void TheOptionIsOfEveryModelAndOffByDefault()
    {
        var training = new TrainingOptions { Seed = 1 };
        Assert.IsFalse(training.InputDropoutByToken);
        Assert.IsFalse(new LanguageModelOptions().Rates(training).InputByToken);
        Assert.IsTrue(new LanguageModelOptions().Rates(training with { InputDropoutByToken = true }).InputByToken);
        var task = ToyTask.Random(40);
        var plain = Models.Bytes(task.Run().Model);
        var byToken = task with { Training = task.Training with { InputDropoutByToken = true, Dropout = 0.4f } };
        CollectionAssert.AreNotEqual(plain, Models.Bytes(byToken.Run().Model));
        CollectionAssert.AreEqual(Models.Bytes(byToken.Run().Model), Models.Bytes(byToken.Run().Model));
    }

    /// <summary>What each value of a token's vector is multiplied by.</summary>
    private static unsafe float[] Factors(int token)
    {
        using var values = new NativeBuffer<float>(32);
        values.Span.Fill(1);
        Dropout.For(SimdWidths.Best, Rate).Apply(values.Pointer, values.Pointer, 32, CounterRandom.Key(Seed, Use, (ulong)token));
        return values.Span[.._setup.EmbeddingWidth].ToArray();
    }

    private static IEnumerable<(int Token, int Column, float Factor)> Elements(float[][] factors) =>
        factors.SelectMany((row, token) => row.Select((factor, column) => (token, column, factor)));
}
