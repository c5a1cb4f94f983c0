namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class SgdOptimizerTests
{
    [TestMethod]
    [DataRow(0f, 1e6f, 1)]
    [DataRow(0.1f, 1e6f, 1)]
    [DataRow(0f, 0.5f, 2)]
    [DataRow(0.3f, 0.2f, 3)]
    public void StepsAreThoseOfANaiveLoop(float decay, float maximumNorm, int threads)
    {
        using var model = new OptimizerModel(OptimizerKind.Sgd, threads: threads);
        model.Bias.RateFactor = 0.5f;
        var expected = model.Parameters.ToDictionary(
            parameter => parameter, parameter => OptimizerModel.Elements(parameter).Select(value => (double)value).ToArray());
        var clipped = 0;
        for (var step = 1; step <= 20; step++)
        {
            var rate = 0.5f / step;
            var gradients = model.RandomGradients(step, 0.001f * MathF.Pow(1.6f, step));
            var norm = Math.Sqrt(gradients.Values.Sum(values => values.Sum(value => (double)value * value)));
            var scale = Math.Min(1, maximumNorm / norm);
            clipped += scale < 1 ? 1 : 0;

            Assert.AreEqual(norm, model.Optimizer.Step(rate, decay, maximumNorm), 1e-6 * norm);

            foreach (var (parameter, values) in expected)
            {
                var ownRate = parameter == model.Bias ? 0.5f * rate : rate;
                for (var i = 0; i < values.Length; i++)
                    values[i] -= ownRate * (gradients[parameter][i] * scale + (parameter == model.Matrix ? decay * values[i] : 0));
                Near.AreNear(values, [.. OptimizerModel.Elements(parameter).Select(value => (double)value)], 2e-6, $"{parameter.Name} after step {step}");
            }
            Assert.IsFalse(model.Matrix.Gradients.ContainsAnyExcept(0f));
            Assert.IsFalse(model.Bias.Gradients.ContainsAnyExcept(0f));
        }
        Assert.AreEqual(maximumNorm > 1000, clipped == 0);
        Assert.IsTrue(clipped < 20);
    }

    [TestMethod]
    public void ThreadsGiveTheSameBits()
    {
        // Large enough for several pieces of work.
        using var one = new OptimizerModel(OptimizerKind.Sgd, size: 300);
        using var three = new OptimizerModel(OptimizerKind.Sgd, threads: 3, size: 300);
        for (var step = 1; step <= 3; step++)
        {
            one.RandomGradients(step, 1);
            three.RandomGradients(step, 1);
            Assert.AreEqual(one.Optimizer.Step(0.1f, 0.1f, 0.5f), three.Optimizer.Step(0.1f, 0.1f, 0.5f));
        }
        for (var i = 0; i < one.Parameters.Length; i++)
            Near.AreSame(one.Parameters[i].Values, three.Parameters[i].Values, one.Parameters[i].Name);
    }

    [TestMethod]
    public void AStepAllocatesNothing()
    {
        using var model = new OptimizerModel(OptimizerKind.Sgd);
        model.RandomGradients(1, 1);
        model.Optimizer.Step(0.1f, 0.1f, 1);

        Assert.AreEqual(0, Allocations.Of(() => model.Optimizer.Step(0.1f, 0.1f, 1)));
    }
}
