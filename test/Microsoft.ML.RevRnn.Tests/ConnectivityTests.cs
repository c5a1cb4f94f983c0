using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What a language model's predictions hang on, of texts.</summary>
[TestClass]
public sealed class ConnectivityTests
{
    [TestMethod]
    public void EachPredictionHasItsTargetAndTheTokensBeforeIt()
    {
        var report = Trained.Counter.Connectivity(Trained.Count);

        Assert.AreEqual(Trained.Count, string.Concat(report.Tokens));
        Assert.AreEqual("RevLstm, 1 × 16 units", report.ModelName);
        CollectionAssert.AreEqual(Enumerable.Range(0, 9).ToArray(), report.Predictions.Select(prediction => prediction.Position).ToArray());
        foreach (var prediction in report.Predictions)
        {
            var position = prediction.Position;
            Assert.HasCount(position, prediction.Connectivity.Values);
            Assert.HasCount(5, prediction.MostProbable);
            Assert.AreEqual(position < 8 ? report.Tokens[position].Trim() : "<boundary>", prediction.Target.Text);
            var next = Trained.Counter.NextTokens(string.Concat(report.Tokens.Take(position)), 1, includesReserved: true)[0];
            Assert.AreEqual(next.Token, prediction.MostProbable[0].Token);
            Assert.AreEqual(next.Probability, prediction.MostProbable[0].Probability, 1e-6f);
        }
    }

    [TestMethod]
    public void OptionsSayWhichPredictionsAndWhoseScore()
    {
        var options = new RevConnectivityOptions
        {
            Positions = [7, 2, 7],
            Target = ConnectivityTarget.MostProbable,
            PredictionCount = 2,
            ModelName = "counter",
            Computation = new ConnectivityOptions { Measure = ConnectivityMeasure.Signed },
        };

        var report = Trained.Counter.Connectivity("one three two one three two one eight", options);

        Assert.AreEqual("counter", report.ModelName);
        Assert.AreEqual(ConnectivityMeasure.Signed, report.Measure);
        CollectionAssert.AreEqual(new[] { 2, 7 }, report.Predictions.Select(prediction => prediction.Position).ToArray());
        foreach (var prediction in report.Predictions)
        {
            Assert.HasCount(2, prediction.MostProbable);
            Assert.AreEqual(prediction.MostProbable[0], prediction.Target);
            Assert.Contains(value => value < 0, report.Predictions.SelectMany(row => row.Connectivity.Values));
        }
    }

    [TestMethod]
    public void OfALongTextTheLastPredictionsAreTold()
    {
        var text = string.Join(' ', Enumerable.Repeat(Trained.Count, 250));

        var report = Trained.Counter.Connectivity(text);

        Assert.HasCount(2000, report.Tokens);
        Assert.HasCount(124, report.Predictions);
        Assert.AreEqual(2000, report.Predictions[^1].Position);
        Assert.HasCount(1, Trained.Counter.Connectivity("").Predictions);
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Counter.Connectivity("one", new RevConnectivityOptions { Positions = [2] }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Counter.Connectivity("one", new RevConnectivityOptions { PredictionCount = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Trained.Counter.Connectivity("one", new RevConnectivityOptions { Target = (ConnectivityTarget)7 }));
        Assert.ThrowsExactly<InvalidOperationException>(() => Trained.KeyModel.Connectivity("one"));
        Assert.ThrowsExactly<ArgumentException>(() => Array.Empty<ConnectivityReport>().SaveHtml("never.html"));
    }
}
