using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Gradients limited by value and by norm, and those that are none.</summary>
[TestClass]
internal sealed class GradientClippingTests
{
    private const float NoNorm = 1e30f;

    [TestMethod]
    [GoldenFiles("gradient_clipping", "by_norm", "max_norm")]
    [GoldenFiles("gradient_clipping", "by_value", "v")]
    public void ClippedGradientsAreThoseOfTheReference(string name, string way, string limit)
    {
        var file = GoldenFile.Load(name);
        string[] tensors = [.. file.Keys("grads")];
        var gradients = Array.ConvertAll(tensors, tensor => file.Numbers("grads", tensor));
        Assert.IsTrue(file.Count(way) > 0);
        for (var i = 0; i < file.Count(way); i++)
        {
            var most = file.Number(way, i, limit);
            var (largest, longest) = way == "by_value" ? (most, NoNorm) : (double.PositiveInfinity, most);
            Check(NaiveClipping.Clip(gradients, largest, longest), GoldenEquations.Tolerance, $"{way}, {most}, in double");
            Check(Clip(gradients, (float)largest, (float)longest), 1e-5, $"{way}, {most}");

            void Check((double[][] Gradients, double Norm) clipped, double tolerance, string what)
            {
                // The norm is told as it was.
                Near.AreNear([file.Number("norm")], [clipped.Norm], tolerance, $"{what}: norm");
                if (way == "by_norm")
                    Near.AreNear([file.Number(way, i, "scale")], [Math.Min(1, longest / clipped.Norm)], tolerance, $"{what}: scale");
                foreach (var (tensor, actual) in tensors.Zip(clipped.Gradients))
                    Near.AreNear(file.Numbers(way, i, "grads", tensor), actual, tolerance, $"{what}: {tensor}");
            }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public void ClippedGradientsAreThoseInDoubleWhateverTheSizesAndTheLimits(int seed)
    {
        var random = new Random(seed);
        double[][] gradients = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Enumerable.Range(0, random.Next(1, 200)).Select(_ => (double)(float)(4 * random.NextDouble() - 2)).ToArray())];
        foreach (var largest in (float[])[0.3f, 1.5f, float.PositiveInfinity])
        {
            foreach (var longest in (float[])[0.1f, 5, NoNorm])
            {
                var (expected, expectedNorm) = NaiveClipping.Clip(gradients, largest, longest);
                var (actual, norm) = Clip(gradients, largest, longest);

                Near.AreNear([expectedNorm], [norm], 1e-5, "norm");
                Near.AreNear([.. expected.SelectMany(gradient => gradient)], [.. actual.SelectMany(gradient => gradient)], 1e-5, $"value {largest}, norm {longest}");
                Assert.IsLessThanOrEqualTo(longest * (1 + 1e-6), Math.Sqrt(actual.Sum(gradient => gradient.Sum(value => value * value))), "The norm is above its limit.");
            }
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
    private static (double[][] Gradients, double Norm) Clip(double[][] gradients, float largest, float longest)
    {
        using var team = new WorkerTeam(1);
        Parameter[] parameters = [.. gradients.Select(gradient => new Parameter("weights", [0], 1, Parameter.Identity(gradient.Length), PackedMatrix.RoundUp(gradient.Length)))];
        using var optimizer = new SgdOptimizer(parameters, [], team) { MaximumValue = largest };
        foreach (var (parameter, gradient) in parameters.Zip(gradients))
        {
            for (var i = 0; i < gradient.Length; i++)
                parameter.Gradients[i] = (float)gradient[i];
        }
        var norm = optimizer.Step(1, 0, longest);
        double[][] taken = [.. parameters.Select(parameter => Array.ConvertAll(parameter.Elements(), value => -value))];
        foreach (var parameter in parameters)
            parameter.Dispose();
        return (taken, norm);
    }
}
