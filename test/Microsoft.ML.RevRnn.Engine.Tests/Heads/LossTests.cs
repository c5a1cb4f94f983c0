using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class LossTests
{
    private static readonly float[] _scores = [0.3f, -1.2f, 2.5f, -4f];

    [TestMethod]
    public void SoftmaxIsTheNegativeLogOfTheLabelsProbability()
        => Check(new SoftmaxLoss([2]), scores => Math.Log(scores.Sum(Math.Exp)) - scores[2]);

    [TestMethod]
    public void SigmoidIsTheSumOfBinaryCrossEntropies()
        => Check(new SigmoidLoss([[0, 3]]), scores => scores.Select((s, i) => Math.Log(1 + Math.Exp(i is 0 or 3 ? -s : s))).Sum());

    [TestMethod]
    [DataRow(0.1f)]
    [DataRow(0.5f)]
    public void SmoothingSpreadsAPartOfTheTargetEvenly(float smoothing)
    {
        var e = (double)smoothing;
        Check(new SoftmaxLoss([2]) { LabelSmoothing = smoothing }, scores =>
        {
            var logSum = Math.Log(scores.Sum(Math.Exp));
            return scores.Select((s, i) => ((i == 2 ? 1 - e : 0) + e / 4) * (logSum - s)).Sum();
        });
        Check(new SigmoidLoss([[0, 3]]) { LabelSmoothing = smoothing }, scores => scores.Select((s, i) => Binary(s, i is 0 or 3 ? 1 - e / 2 : e / 2)).Sum());
    }

    [TestMethod]
    public void ALabelThatHoldsWeighsWhatItsWeightSays()
        => Check(
            new SigmoidLoss([[0, 3]]) { LabelSmoothing = 0.2f, LabelWeights = [3, 5, 7, 0.5f] },
            scores => 3 * Binary(scores[0], 0.9) + Binary(scores[1], 0.1) + Binary(scores[2], 0.1) + 0.5 * Binary(scores[3], 0.9));

    [TestMethod]
    public void ARowIsRightWhereAllOfItsLabelsAre()
    {
        // Above 1/2 are the labels 0 and 2.
        foreach (var (labels, isRight) in ((int[], int)[])[([0, 2], 1), ([2, 0], 1), ([0], 0), ([], 0), ([0, 1, 2], 0)])
        {
            var loss = new SigmoidLoss([labels]);
            var probabilities = _scores.ToArray();
            loss.Activate(probabilities);
            Assert.AreEqual(isRight, loss.Score(probabilities, 0).Correct, string.Join(' ', labels));
        }
    }

    [TestMethod]
    public void ACertainMistakeIsFinite()
    {
        var loss = new SigmoidLoss([[0]]);
        float[] scores = [-500, 500];
        loss.Activate(scores);

        Assert.IsTrue(loss.Score(scores, 0).LossSum is > 30 and < 40);
    }

    private static double Binary(double score, double target) => target * Math.Log(1 + Math.Exp(-score)) + (1 - target) * Math.Log(1 + Math.Exp(score));

    /// <summary>The loss, and its gradient by finite differences.</summary>
    private static void Check(Loss loss, Func<double[], double> expected)
    {
        var scores = Array.ConvertAll(_scores, score => (double)score);
        var gradient = _scores.ToArray();
        loss.Activate(gradient);
        Assert.AreEqual(expected(scores), loss.Score(gradient, 0).LossSum, 1e-5);
        Assert.AreEqual(1, loss.Score(gradient, 0).Predictions);
        loss.Gradient(gradient, 0);
        for (var i = 0; i < scores.Length; i++)
        {
            var (up, down) = (scores.ToArray(), scores.ToArray());
            up[i] += 1e-4;
            down[i] -= 1e-4;
            Assert.AreEqual((expected(up) - expected(down)) / 2e-4, gradient[i], 1e-5, $"score {i}");
        }
    }
}
