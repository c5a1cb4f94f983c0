using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class AdamOptimizerTests
{
    [TestMethod]
    [DataRow(0f, 1e6f)]
    [DataRow(0.1f, 1e6f)]
    [DataRow(0f, 0.5f)]
    [DataRow(0.3f, 0.2f)]
    public void StepsAreThoseOfTheNaiveOptimizer(float decay, float maximumNorm)
    {
        foreach (var width in Enum.GetValues<SimdWidth>())
        {
            using var model = new OptimizerModel(width: width);
            var naive = model.Parameters.ToDictionary(
                parameter => parameter, parameter => OptimizerModel.Elements(parameter).Select(value => new NaiveAdam(value)).ToArray());
            var clipped = 0;
            for (var step = 1; step <= 30; step++)
            {
                var rate = 0.02f / step;
                // From far below the maximum norm to far above it.
                var gradients = model.RandomGradients(step, 0.001f * MathF.Pow(1.4f, step));
                var norm = Math.Sqrt(gradients.Values.Sum(values => values.Sum(value => (double)value * value)));
                var scale = Math.Min(1, maximumNorm / norm);
                clipped += scale < 1 ? 1 : 0;

                Assert.AreEqual(norm, model.Optimizer.Step(rate, decay, maximumNorm), 1e-6 * norm);

                foreach (var (parameter, values) in naive)
                {
                    for (var i = 0; i < values.Length; i++)
                    {
                        // Vectors of tokens that the batch does not have are left alone, with their moments.
                        if (parameter == model.Embedding.Value && !model.Tokens.Contains(i / OptimizerModel.Width))
                            continue;
                        values[i].Step(gradients[parameter][i] * scale, step, rate, parameter == model.Matrix ? decay : 0);
                    }
                    Near.AreNear([.. values.Select(value => value.Value)], [.. OptimizerModel.Elements(parameter)], 2e-6, $"{parameter.Name} after step {step}");
                }
            }
            Assert.AreEqual(maximumNorm > 1000, clipped == 0);
            Assert.IsTrue(clipped < 30);
        }
    }

    [TestMethod]
    public void TokensThatTheBatchDoesNotHaveKeepTheirVectors()
    {
        using var model = new OptimizerModel();
        for (var step = 1; step <= 5; step++)
        {
            var before = model.Embedding.Value.Values.ToArray();
            model.RandomGradients(step, 1);
            model.Optimizer.Step(0.1f, 0.1f, 1);
            for (var token = 0; token < OptimizerModel.Vocabulary; token++)
            {
                var row = token * model.Embedding.Stride;
                var same = before.AsSpan(row, OptimizerModel.Width).SequenceEqual(model.Embedding.Value.Values.Slice(row, OptimizerModel.Width));
                Assert.AreEqual(!model.Tokens.Contains(token), same, $"token {token} in step {step}");
            }
        }
    }

    [TestMethod]
    public void WeightDecayShrinksMatricesAndNeitherBiasesNorTokenVectors()
    {
        using var model = new OptimizerModel();
        var before = model.Parameters.ToDictionary(parameter => parameter, parameter => OptimizerModel.Elements(parameter).ToArray());
        model.RandomGradients(1, 0);

        Assert.AreEqual(0, model.Optimizer.Step(0.5f, 0.2f, 1));

        Near.AreSame([.. before[model.Matrix].Select(value => value * 0.9f)], [.. OptimizerModel.Elements(model.Matrix)], "matrix");
        Near.AreSame(before[model.Bias], [.. OptimizerModel.Elements(model.Bias)], "bias");
        Near.AreSame(before[model.Embedding.Value], [.. OptimizerModel.Elements(model.Embedding.Value)], "embedding");
    }

    [TestMethod]
    public void AStepZeroesTheDenseGradients()
    {
        using var model = new OptimizerModel();
        model.RandomGradients(1, 1);

        model.Optimizer.Step(0.1f, 0, 1);

        Assert.IsFalse(model.Matrix.Gradients.ContainsAnyExcept(0f));
        Assert.IsFalse(model.Bias.Gradients.ContainsAnyExcept(0f));
    }

    [TestMethod]
    public void PaddingStaysZero()
    {
        using var model = new OptimizerModel();
        for (var step = 1; step <= 3; step++)
        {
            model.RandomGradients(step, 1);
            model.Optimizer.Step(0.1f, 0.1f, 1);
        }
        foreach (var parameter in model.Parameters)
        {
            var padding = parameter.Values.Length - parameter.Rows * parameter.Columns;
            Assert.AreEqual(padding, parameter.Values.Count(0f), parameter.Name);
        }
    }

    [TestMethod]
    [DataRow(float.NaN, "matrix")]
    [DataRow(float.PositiveInfinity, "matrix")]
    [DataRow(float.NegativeInfinity, "bias")]
    [DataRow(float.NaN, "embedding")]
    // The square of which is too large for a float.
    [DataRow(1e30f, "embedding")]
    public void AGradientThatIsNotFiniteChangesNothing(float value, string where)
    {
        using var model = new OptimizerModel();
        using var untouched = new OptimizerModel();
        foreach (var each in (OptimizerModel[])[model, untouched])
        {
            each.RandomGradients(1, 1);
            each.Optimizer.Step(0.1f, 0.1f, 1);
        }
        var before = model.Parameters.Select(parameter => parameter.Values.ToArray()).ToArray();
        model.RandomGradients(2, 1);
        (where == "matrix" ? model.Matrix.Gradients : where == "bias" ? model.Bias.Gradients : model.Embedding.Gradients)[1] = value;

        Assert.IsFalse(double.IsFinite(model.Optimizer.Step(0.1f, 0.1f, 1)));

        for (var i = 0; i < before.Length; i++)
            Near.AreSame(before[i], model.Parameters[i].Values, model.Parameters[i].Name);
        // Nor the moments, nor the count of steps.
        foreach (var each in (OptimizerModel[])[model, untouched])
        {
            each.RandomGradients(3, 1);
            each.Optimizer.Step(0.1f, 0.1f, 1);
        }
        for (var i = 0; i < before.Length; i++)
            Near.AreSame(untouched.Parameters[i].Values, model.Parameters[i].Values, model.Parameters[i].Name);
    }

    [TestMethod]
    public void ThreadsAndRegisterWidthsGiveTheSameBits()
    {
        // Large enough for several pieces of work.
        using var one = new OptimizerModel(size: 300);
        using var three = new OptimizerModel(threads: 3, size: 300);
        using var narrow = new OptimizerModel(width: SimdWidth.Bits128, size: 300);
        for (var step = 1; step <= 3; step++)
        {
            var norms = new HashSet<double>();
            foreach (var model in (OptimizerModel[])[one, three, narrow])
            {
                model.RandomGradients(step, 1);
                norms.Add(model.Optimizer.Step(0.01f, 0.1f, 0.5f));
            }
            Assert.AreEqual(1, norms.Count);
        }
        for (var i = 0; i < one.Parameters.Length; i++)
        {
            Near.AreSame(one.Parameters[i].Values, three.Parameters[i].Values, $"{one.Parameters[i].Name} of three threads");
            Near.AreSame(one.Parameters[i].Values, narrow.Parameters[i].Values, $"{one.Parameters[i].Name} of narrow registers");
        }
    }

    [TestMethod]
    public void AStepAllocatesNothing()
    {
        using var model = new OptimizerModel();
        model.RandomGradients(1, 1);
        model.Optimizer.Step(0.1f, 0.1f, 1);

        Assert.AreEqual(0, Allocations.Of(() => model.Optimizer.Step(0.1f, 0.1f, 1)));
    }
}
