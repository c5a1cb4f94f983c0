using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What all optimisers have in common: frozen parameters, factors of the rate, and a state that can be kept.</summary>
[TestClass]
internal sealed class OptimizerTests
{
    [TestMethod]
    [DataRow(OptimizerKind.AdamW, "matrix")]
    [DataRow(OptimizerKind.AdamW, "bias")]
    [DataRow(OptimizerKind.AdamW, "embedding")]
    [DataRow(OptimizerKind.Sgd, "matrix")]
    [DataRow(OptimizerKind.Sgd, "bias")]
    [DataRow(OptimizerKind.Sgd, "embedding")]
    public void AFrozenParameterStaysAndDoesNotCountInTheNorm(OptimizerKind kind, string name)
    {
        using var model = new OptimizerModel(kind);
        var frozen = model.Parameters.Single(parameter => parameter.Name == name);
        frozen.RateFactor = 0;
        var before = frozen.Values.ToArray();
        for (var step = 1; step <= 3; step++)
        {
            var gradients = model.RandomGradients(step, 1);
            var expected = Math.Sqrt(gradients.Where(pair => pair.Key != frozen).Sum(pair => pair.Value.Sum(value => (double)value * value)));

            Assert.AreEqual(expected, model.Optimizer.Step(0.1f, 0.1f, 0.01f), 1e-6 * expected);

            Assert.IsFalse(model.Matrix.Gradients.ContainsAnyExcept(0f));
            Assert.IsFalse(model.Bias.Gradients.ContainsAnyExcept(0f));
        }
        Near.AreSame(before, frozen.Values, name);
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW)]
    [DataRow(OptimizerKind.Sgd)]
    public void AFrozenParameterDoesNotChangeTheOthers(OptimizerKind kind)
    {
        using var frozen = new OptimizerModel(kind);
        using var zero = new OptimizerModel(kind);
        frozen.Matrix.RateFactor = 0;
        for (var step = 1; step <= 3; step++)
        {
            frozen.RandomGradients(step, 1);
            zero.RandomGradients(step, 1);
            zero.Matrix.Gradients.Clear();
            frozen.Optimizer.Step(0.1f, 0.1f, 0.5f);
            zero.Optimizer.Step(0.1f, 0.1f, 0.5f);
        }
        Near.AreSame(zero.Bias.Values, frozen.Bias.Values, "bias");
        Near.AreSame(zero.Embedding.Value.Values, frozen.Embedding.Value.Values, "embedding");
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW)]
    [DataRow(OptimizerKind.Sgd)]
    public void AFactorOfTheRateIsARateOfItsOwn(OptimizerKind kind)
    {
        using var whole = new OptimizerModel(kind);
        using var half = new OptimizerModel(kind);
        using var factor = new OptimizerModel(kind);
        factor.Matrix.RateFactor = 0.5f;
        factor.Embedding.Value.RateFactor = 0.5f;
        foreach (var (model, rate) in ((OptimizerModel, float)[])[(whole, 0.1f), (half, 0.05f), (factor, 0.1f)])
        {
            for (var step = 1; step <= 3; step++)
            {
                model.RandomGradients(step, 1);
                model.Optimizer.Step(rate, 0.1f, 0.5f);
            }
        }
        Near.AreSame(half.Matrix.Values, factor.Matrix.Values, "matrix");
        Near.AreSame(half.Embedding.Value.Values, factor.Embedding.Value.Values, "embedding");
        Near.AreSame(whole.Bias.Values, factor.Bias.Values, "bias");
        Assert.IsFalse(whole.Matrix.Values.SequenceEqual(half.Matrix.Values));
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW)]
    [DataRow(OptimizerKind.Sgd)]
    public void ALoadedStateGoesOnToTheSameBits(OptimizerKind kind)
    {
        using var model = new OptimizerModel(kind);
        Step(model, 1, 4);
        var state = Models.Bytes(model.Optimizer.Save);
        using var other = new OptimizerModel(kind);
        // What is loaded replaces all that there was.
        Step(other, 9, 10);
        foreach (var (target, source) in other.Parameters.Zip(model.Parameters))
            target.CopyValuesFrom(source);
        using var stream = new MemoryStream(state);
        using var reader = new BinaryReader(stream);

        other.Optimizer.Load(reader);

        Assert.AreEqual(state.Length, stream.Position);
        CollectionAssert.AreEqual(state, Models.Bytes(other.Optimizer.Save));
        Step(model, 5, 8);
        Step(other, 5, 8);
        foreach (var (expected, actual) in model.Parameters.Zip(other.Parameters))
            Near.AreSame(expected.Values, actual.Values, expected.Name);
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW)]
    [DataRow(OptimizerKind.Sgd)]
    public void ADenseEmbeddingIsUpdatedOnce(OptimizerKind kind)
    {
        using var team = new WorkerTeam(2);
        using var tied = new EmbeddingTable(5, Parameter.Identity(3), 16, isDense: true);
        using var plain = new EmbeddingTable(5, Parameter.Identity(3), 16, isDense: true);
        using var none = new EmbeddingTable(5, Parameter.Identity(3), 16, isDense: false);
        foreach (var (parameter, embedding) in ((Parameter, EmbeddingTable)[])[(tied.Value, tied), (plain.Value, none)])
        {
            parameter.InitializeUniform(1, 1);
            using Optimizer optimizer = kind == OptimizerKind.Sgd
                ? new SgdOptimizer([parameter], [embedding], team)
                : new AdamOptimizer([parameter], [embedding], team, SimdWidths.Best);
            parameter.Gradients[..3].Fill(0.5f);
            Assert.AreEqual(Math.Sqrt(0.75), optimizer.Step(0.1f, 0, 10), 1e-6);
        }
        Near.AreSame(plain.Value.Values, tied.Value.Values, "embedding");
    }

    private static void Step(OptimizerModel model, int first, int last)
    {
        for (var step = first; step <= last; step++)
        {
            model.RandomGradients(step, 1);
            model.Optimizer.Step(0.1f, 0.1f, 0.5f);
        }
    }
}
