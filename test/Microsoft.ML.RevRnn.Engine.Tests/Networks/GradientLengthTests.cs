namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What information flow is for: that gradients keep their length over the many steps of the temporal-order problem.</summary>
[TestClass]
internal sealed class GradientLengthTests
{
    private const int Steps = 50, Updates = 500, Rows = 20, Units = 50, Inputs = 8;

    /// <summary>
    /// Of 20 unseen texts the mean of |log(|v| / |g|)|, where g is the gradient by the state after a step and v what passes to the step before, is smaller with Omega than without. Settings are those of the authors'
    /// code: 50 units, batches of 20, steps of 0.01 along gradients no longer than 1, a spectral radius of 0.95.
    /// </summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void InformationFlowKeepsThemNearerToWhatTheyAre(int seed)
    {
        var (without, with) = (Deviation(seed, 0), Deviation(seed, 1));

        Assert.IsTrue(double.IsFinite(without) && double.IsFinite(with), "A gradient has vanished altogether.");
        Assert.IsLessThan(without, with);
    }

    private static double Deviation(int seed, float factor)
    {
        var (sequences, labels) = TemporalOrder.Draw(Updates * Rows, Steps, seed);
        var network = new NetworkOptions { Cell = CellKind.Elman, EmbeddingSize = Inputs, HiddenSize = Units, Pooling = PoolingKind.Last };
        var training = new TrainingOptions
        {
            MaximumEpochs = 1,
            BatchSize = Rows,
            Optimizer = OptimizerKind.Sgd,
            LearningRate = 0.01f,
            Schedule = LearningRateSchedule.Constant,
            WarmUpFraction = 0,
            MaximumGradientNorm = 1,
            SpectralRadius = 0.95f,
            Dropout = 0,
            ValidationFraction = 0,
            InformationFlow = factor,
            ThreadCount = 1,
            Seed = seed,
        };
        var model = SequenceClassifier.Train(sequences, labels, TemporalOrder.Classes, TemporalOrder.Vocabulary, network, training).Model;
        var (unseen, expected) = TemporalOrder.Draw(Rows, Steps, seed + 100);
        return unseen.Zip(expected).Average(text => Deviation(model, text.First, text.Second));
    }

    /// <summary>The mean over a text's steps, from the weights, in double.</summary>
    private static double Deviation(SequenceClassifier model, int[] text, int label)
    {
        var (layer, output, embedding) = (model.Parameters.Encoder.Stacks[0].Layers[0], model.Parameters.Output, model.Parameters.Encoder.Embedding.Value);
        var states = new double[Steps + 1][];
        states[0] = new double[Units];
        for (var t = 0; t < Steps; t++)
        {
            states[t + 1] = new double[Units];
            for (var j = 0; j < Units; j++)
            {
                double sum = layer.Bias.At(0, j);
                for (var i = 0; i < Inputs; i++)
                    sum += embedding.At(text[t], i) * layer.Input.At(i, j);
                for (var k = 0; k < Units; k++)
                    sum += states[t][k] * layer.Hidden[0].At(k, j);
                states[t + 1][j] = Math.Tanh(sum);
            }
        }
        double[] scores = [.. Enumerable.Range(0, TemporalOrder.Classes).Select(c => output.Bias.At(0, c) + states[Steps].Select((h, j) => h * output.Weight.At(c, j)).Sum())];
        double[] gradient = [.. scores.Select((score, c) => Math.Exp(score) / scores.Sum(Math.Exp) - (c == label ? 1 : 0))];
        double[] g = [.. Enumerable.Range(0, Units).Select(j => gradient.Select((value, c) => value * output.Weight.At(c, j)).Sum())];
        var deviation = 0.0;
        for (var t = Steps; t > 0; t--)
        {
            var v = new double[Units];
            for (var k = 0; k < Units; k++)
            {
                for (var j = 0; j < Units; j++)
                    v[k] += layer.Hidden[0].At(k, j) * g[j] * (1 - states[t][j] * states[t][j]);
            }
            deviation += Math.Abs(Math.Log(Norm(v) / Norm(g)));
            g = v;
        }
        return deviation / Steps;
    }

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));
}
