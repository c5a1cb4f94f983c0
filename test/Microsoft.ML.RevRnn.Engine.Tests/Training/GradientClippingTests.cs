using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Gradients limited by value and by norm, and those that are none.</summary>
[TestClass]
internal sealed class GradientClippingTests
{
    private const float NoLimit = 1e30f;

    [TestMethod]
    [GoldenFiles("gradient_clipping")]
    public void ClippingByNormIsThatOfTheReference(string name)
    {
        var file = GoldenFile.Load(name);
        Assert.IsTrue(file.Count("by_norm") > 0);
        for (var i = 0; i < file.Count("by_norm"); i++)
        {
            var longest = file.Number("by_norm", i, "max_norm");
            var (a, b, norm) = Clip(file, float.PositiveInfinity, (float)longest);

            Assert.AreEqual(file.Number("norm"), norm, 1e-5);
            Near.AreNear(file.Numbers("by_norm", i, "grads", "a"), a, 1e-5, $"a, norm {longest}");
            Near.AreNear(file.Numbers("by_norm", i, "grads", "b"), b, 1e-5, $"b, norm {longest}");
            Assert.IsTrue(Math.Sqrt(a.Concat(b).Sum(value => value * value)) <= longest * (1 + 1e-6), $"The norm is above {longest}.");
        }
    }

    [TestMethod]
    [GoldenFiles("gradient_clipping")]
    public void ClippingByValueIsThatOfTheReference(string name)
    {
        var file = GoldenFile.Load(name);
        Assert.IsTrue(file.Count("by_value") > 0);
        for (var i = 0; i < file.Count("by_value"); i++)
        {
            var largest = file.Number("by_value", i, "v");
            var (a, b, norm) = Clip(file, (float)largest, NoLimit);

            // The norm is told as it was.
            Assert.AreEqual(file.Number("norm"), norm, 1e-5);
            Near.AreNear(file.Numbers("by_value", i, "grads", "a"), a, 1e-5, $"a, value {largest}");
            Near.AreNear(file.Numbers("by_value", i, "grads", "b"), b, 1e-5, $"b, value {largest}");
        }
    }

    [TestMethod]
    public void ValuesAreLimitedBeforeTheNormIs()
    {
        using var both = new OptimizerModel(OptimizerKind.Sgd);
        using var one = new OptimizerModel(OptimizerKind.Sgd);
        both.Optimizer.MaximumValue = 0.25f;
        var limited = both.RandomGradients(1, 1).Values.SelectMany(values => values).Sum(value => Math.Pow(Math.Clamp(value, -0.25, 0.25), 2));
        foreach (var parameter in one.RandomGradients(1, 1).Keys)
        {
            var gradients = parameter == one.Embedding.Value ? one.Embedding.Gradients : parameter.Gradients;
            foreach (ref var gradient in gradients)
                gradient = Math.Clamp(gradient, -0.25f, 0.25f);
        }

        both.Optimizer.Step(0.5f, 0, 0.125f);
        Assert.AreEqual(Math.Sqrt(limited), one.Optimizer.Step(0.5f, 0, 0.125f), 1e-6);

        foreach (var (expected, actual) in one.Parameters.Zip(both.Parameters))
            Near.AreSame(expected.Values, actual.Values, expected.Name);
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW, float.NaN, "matrix")]
    [DataRow(OptimizerKind.AdamW, float.PositiveInfinity, "embedding")]
    [DataRow(OptimizerKind.Sgd, float.NaN, "embedding")]
    [DataRow(OptimizerKind.Sgd, float.NegativeInfinity, "bias")]
    public void AGradientThatIsNotFiniteChangesNoWeightWhateverTheLimits(OptimizerKind kind, float value, string name)
    {
        foreach (var limit in (float[])[float.PositiveInfinity, 0.5f])
        {
            using var model = new OptimizerModel(kind) { Optimizer = { MaximumValue = limit } };
            model.RandomGradients(1, 1);
            model.Optimizer.Step(0.1f, 0.1f, 0.5f);
            var weights = Array.ConvertAll(model.Parameters, parameter => parameter.Values.ToArray());
            var memory = Models.Bytes(model.Optimizer.Save);
            model.RandomGradients(2, 1);
            (name == "embedding" ? model.Embedding.Gradients : model.Parameters.Single(parameter => parameter.Name == name).Gradients)[0] = value;

            Assert.IsFalse(double.IsFinite(model.Optimizer.Step(0.1f, 0.1f, 0.5f)));

            for (var i = 0; i < weights.Length; i++)
                Near.AreSame(weights[i], model.Parameters[i].Values, model.Parameters[i].Name);
            CollectionAssert.AreEqual(memory, Models.Bytes(model.Optimizer.Save));
            Assert.IsFalse(model.Matrix.Gradients.ContainsAnyExcept(0f) || model.Bias.Gradients.ContainsAnyExcept(0f), "A gradient is left for the next step.");
            Assert.AreEqual(0, model.Embedding.TouchedCount);
        }
    }

    /// <summary>What a step of size 1 takes off weights of zero, which is the clipped gradient.</summary>
    private static (double[] A, double[] B, double Norm) Clip(GoldenFile file, float largest, float longest)
    {
        using var team = new WorkerTeam(1);
        using var a = new Parameter("a", Parameter.Identity(2), 2, Parameter.Identity(3), 16);
        using var b = new Parameter("b", [0], 1, Parameter.Identity(4), 16);
        using var optimizer = new SgdOptimizer([a, b], [], team) { MaximumValue = largest };
        var (ofA, ofB) = (file.Numbers("grads", "a"), file.Numbers("grads", "b"));
        for (var i = 0; i < ofA.Length; i++)
            a.Gradients[i / 3 * 16 + i % 3] = (float)ofA[i];
        for (var i = 0; i < ofB.Length; i++)
            b.Gradients[i] = (float)ofB[i];
        var norm = optimizer.Step(1, 0, longest);
        return ([.. OptimizerModel.Elements(a).Select(value => -(double)value)], [.. OptimizerModel.Elements(b).Select(value => -(double)value)], norm);
    }
}
