using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>One temperature for all probabilities of a classifier.</summary>
[TestClass]
internal sealed class TemperatureScalingTests
{
    /// <summary>Of rows with the scores (a, 0), a part p is of class 0: least is the loss where e^(a/T) / (1 + e^(a/T)) = p.</summary>
    [TestMethod]
    [DataRow(4f, 0.75, 3.641)]
    [DataRow(1f, 0.75, 0.910)]
    [DataRow(2f, 0.9, 0.910)]
    public void TheFitIsThatOfTheFormula(float score, double part, double temperature)
    {
        const int Count = 20;
        var scores = Enumerable.Repeat(new[] { score, 0f }, Count).ToArray();
        var labels = Enumerable.Range(0, Count).Select(i => i < part * Count ? 0 : 1).ToArray();

        Assert.AreEqual(temperature, TemperatureScaling.Fit(scores, labels), 1e-3);
    }

    [TestMethod]
    public void WhatIsAlwaysRightOrWrongTakesTheEndsOfTheRange()
    {
        // Where the slope is too small for a number, it ends a little before.
        Assert.IsLessThan(0.03f, TemperatureScaling.Fit([[1, 0], [0, 1]], [0, 1]));
        Assert.AreEqual(100f, TemperatureScaling.Fit([[1, 0], [0, 1]], [1, 0]), 1e-3f);
    }

    [TestMethod]
    public void ProbabilitiesChangeAndPredictionsDoNot()
    {
        var task = ToyTask.Learnable();
        var model = (task with { Training = task.Training with { MaximumEpochs = 4 } }).Run().Model;
        var (plain, scaled) = (new float[ToyTask.Classes], new float[ToyTask.Classes]);
        foreach (var temperature in new[] { 0.01f, 0.5f, 3f, 100f })
        {
            foreach (var sequence in task.Sequences)
            {
                model.Predict(sequence, plain);
                Assert.AreEqual(Array.IndexOf(plain, plain.Max()), model.Predict(sequence, scaled, temperature));
                var powers = Array.ConvertAll(plain, p => Math.Pow(p, 1 / temperature));
                for (var i = 0; i < plain.Length; i++)
                    Assert.AreEqual(powers[i] / powers.Sum(), scaled[i], 1e-3);
            }
        }
        model.Predict(task.Sequences[0], plain);
        model.Predict(task.Sequences[0], scaled, temperature: 1);
        CollectionAssert.AreEqual(plain, scaled);
    }

    [TestMethod]
    public void TheFittedTemperatureHasTheLeastLoss()
    {
        var task = ToyTask.Random();
        var model = (task with { Training = task.Training with { ValidationFraction = 0 } }).Run().Model;
        var (sequences, labels) = (Sequences.Random(80, 3, 12, ToyTask.VocabularySize, seed: 9), Sequences.Labels(80, ToyTask.Classes, seed: 8));

        var temperature = model.FitTemperature(sequences, labels);

        Assert.IsGreaterThan(1, temperature, "What was learned by heart is of no use for other texts.");
        Assert.IsLessThan(Loss(temperature * 0.9f), Loss(temperature));
        Assert.IsLessThan(Loss(Math.Min(100, temperature * 1.1f)) + 1e-12, Loss(temperature));

        double Loss(float at)
        {
            var probabilities = new float[ToyTask.Classes];
            var sum = 0.0;
            for (var i = 0; i < sequences.Length; i++)
            {
                model.Predict(sequences[i], probabilities, at);
                sum -= Math.Log(probabilities[labels[i]]);
            }
            return sum;
        }
    }

    [TestMethod]
    public void WhatDoesNotFitTogetherIsRefused()
    {
        var model = ToyTask.Learnable(20).Run().Model;

        Assert.ThrowsExactly<ArgumentException>(() => model.FitTemperature([], []));
        Assert.ThrowsExactly<ArgumentException>(() => model.FitTemperature([[1]], []));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.FitTemperature([[1]], [ToyTask.Classes]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Predict([1], new float[ToyTask.Classes], float.NaN));
    }
}
