using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Losses with weights and smoothing, and of scores with numbers: that of a batch is the weighted mean, and the gradients are those of finite differences of it.
/// </summary>
[TestClass]
internal sealed class WeightedGradientTests
{
    private const int Classes = 3;
    private const float Difference = 1e-2f;

    private static readonly int[][] _sequences = Sequences.Random(6, 1, 9, seed: 3);
    private static readonly int[] _labels = Sequences.Labels(6, Classes);
    private static readonly int[][] _tags = Array.ConvertAll(_sequences, tokens => tokens.Select(token => token % Classes).ToArray());
    private static readonly float[] _weights = [2, 0.25f, 1, 5, 0.5f, 3];
    private static readonly float[] _classWeights = [0.5f, 3, 1];

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.3f)]
    public void OfClasses(float smoothing) => CheckPooled(new SoftmaxLoss(_labels) { Weights = _weights, LabelSmoothing = smoothing });

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.3f)]
    public void OfLabels(float smoothing) => CheckPooled(
        new SigmoidLoss(Array.ConvertAll(_labels, label => (int[])[label])) { Weights = _weights, LabelWeights = _classWeights, LabelSmoothing = smoothing });

    [TestMethod]
    [DataRow(PoolingKind.MeanMax, false)]
    [DataRow(PoolingKind.Attention, true)]
    [DataRow(PoolingKind.Last, true)]
    [DataRow(PoolingKind.Mean, false)]
    public void OfNumbersThatGoWithASequence(PoolingKind pooling, bool bidirectional)
    {
        var shape = Shape with { Options = Shape.Options with { Pooling = pooling, Bidirectional = bidirectional } };
        float[][] features = [[1, -2, 700], [0.5f, 4, 100], [2, float.NaN, 300], [-1, 0, 250], [3, 1, float.NaN], [0, -1, -200]];
        CheckPooled(new SoftmaxLoss(_labels) { Weights = _weights }, shape, features);
        CheckPooled(new SigmoidLoss(Array.ConvertAll(_labels, label => (int[])[label])) { Weights = _weights }, shape, features);
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.3f)]
    public void OfTokens(float smoothing)
    {
        var targets = new LabelTargets(_tags) { Weights = _weights, ClassWeights = _classWeights };
        using var parameters = NetworkParameters.OfTokens(Shape, Classes);
        Check(parameters, encoder => new SoftmaxTokenHead(parameters.Output, encoder, targets) { LabelSmoothing = smoothing }, pass =>
        {
            var (sum, weights) = (0.0, 0.0);
            for (var i = 0; i < _sequences.Length; i++)
            {
                for (var t = 0; t < _tags[i].Length; t++)
                    weights += _weights[i] * _classWeights[_tags[i][t]];
                sum += pass.Run(Batch([i])).LossSum;
            }
            return (sum, weights);
        });
    }

    private static NetworkShape Shape => new(new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = 4, HiddenSize = 6 }, 11);

    private static void CheckPooled(Loss loss, NetworkShape? shape = null, float[][]? features = null)
    {
        using var parameters = NetworkParameters.OfSequences(shape ?? Shape, Classes, DenseFeatures.Learn(Classes, features, Parameter.Identity(_sequences.Length)));
        Check(parameters, encoder => new PooledHead(parameters, encoder, loss, dropout: 0, parameters.CreateAddends(features, meter: null)), pass =>
        {
            var sum = 0.0;
            for (var i = 0; i < _sequences.Length; i++)
            {
                var alone = pass.Run(Batch([i]));
                Assert.AreEqual(_weights[i], alone.Weight);
                sum += alone.LossSum;
            }
            return (sum, _weights.Sum());
        });
    }

    private static void Check(NetworkParameters parameters, Func<ISequenceEncoder, ISequenceHead> createHead, Func<BatchPass, (double Sum, double Weights)> rowByRow)
    {
        parameters.Initialize(1);
        parameters.Features?.Weight.InitializeUniform(2, 0.5f);
        foreach (var parameter in parameters.Dense)
            parameter.EnableGradient();
        using var device = new Device(threads: 2);
        using var encoder = Encoders.Create(parameters.Encoder, new StackSettings { Arithmetic = CellArithmetic.Unquantized, Strategy = ActivationStrategy.Stored }, device);
        encoder.PrepareTraining();
        using var head = createHead(encoder);
        var pass = new BatchPass(encoder, head);
        var batch = Batch(Parameter.Identity(_sequences.Length));

        var result = pass.Train(batch, seed: 0);

        var gradients = parameters.Dense.Select(parameter => Enumerable.Range(0, parameter.Rows * parameter.Columns)
            .Select(i => parameter.GradientAt(i / parameter.Columns, i % parameter.Columns)).ToArray()).ToArray();
        var (sum, weights) = rowByRow(pass);
        Assert.AreEqual(sum, result.LossSum, 1e-4);
        Assert.AreEqual(weights, result.Weight, 1e-4);
        foreach (var (parameter, gradient) in parameters.Dense.Zip(gradients))
        {
            for (var i = 0; i < gradient.Length; i++)
            {
                ref var value = ref parameter.At(i / parameter.Columns, i % parameter.Columns);
                var before = value;
                value = before + Difference;
                var above = Loss(pass, batch);
                value = before - Difference;
                var expected = (above - Loss(pass, batch)) / (2 * Difference);
                value = before;
                Assert.AreEqual(expected, gradient[i], 1e-4 + 2e-3 * Math.Abs(expected), $"{parameter.Name} {i}");
            }
        }
    }

    private static double Loss(BatchPass pass, PackedBatch batch)
    {
        pass.PackWeights();
        var result = pass.Run(batch);
        return result.LossSum / result.Weight;
    }

    private static PackedBatch Batch(int[] members)
    {
        var batch = new PackedBatch();
        batch.Fill(_sequences, members, 0);
        return batch;
    }
}
