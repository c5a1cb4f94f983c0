using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The unitary RNN at work in a stack, against the same equations in double, which <see cref="GoldenUnitaryTests"/> compares with another implementation.</summary>
[TestClass]
internal sealed class UnitaryLayerTests
{
    [TestMethod]
    [DataRow(16)]
    [DataRow(12)]
    [DataRow(70)]
    public void OutputsAndGradientsOfRowsOfAnyLengthAreThoseOfEachRowAloneInDouble(int units)
    {
        var sequences = Sequences.Random(9, 1, 40);
        using var run = new StackRun(Setup(units));
        var parameters = run.Parameters.Encoder;
        var layer = parameters.Stacks[0].Layers[0];
        var recurrence = new UnitaryRecurrence(layer.Shape);
        layer.Recurrence!.Elements().CopyTo(recurrence.Learned, 0);
        var reference = new UnitaryReference(layer.Shape, recurrence, layer.Input.Elements());
        var embedding = parameters.Embedding.Value.Elements();
        var embeddingGradient = new double[embedding.Length];

        run.Train(sequences);

        var width = parameters.Embedding.Value.Columns;
        for (var i = 0; i < sequences.Length; i++)
        {
            var row = run.Batch.RowOfMember(i);
            double[][] x = [.. sequences[i].Select(token => embedding.AsSpan(token * width, width).ToArray())];
            var outputs = reference.Forward(x, new double[units]);
            double[][] gradients = [.. Enumerable.Range(0, x.Length).Select(t => Coefficients(run.Batch.FlatOffset(t) + row, units))];
            var (ofX, _) = reference.Backward(x, new double[units], outputs, gradients, new double[units]);
            for (var t = 0; t < x.Length; t++)
            {
                var output = run.Outputs.AsSpan((int)(run.Batch.FlatOffset(t) + row) * units, units).ToArray();
                Near.AreNearToLargest(outputs[t], Array.ConvertAll(output, value => (double)value), 1e-5, $"output {t} of row {row}");
                for (var column = 0; column < width; column++)
                    embeddingGradient[sequences[i][t] * width + column] += ofX[t][column];
            }
        }
        recurrence.PullBack();
        Near.AreNearToLargest(recurrence.LearnedGradient, layer.Recurrence!.ElementGradients(), 1e-5, "gradient by what the recurrence is made of");
        Near.AreNearToLargest(reference.InputGradient, layer.Input.ElementGradients(), 1e-5, "gradient by the input weights");
        double[] ofEmbedding = [.. Enumerable.Range(0, embedding.Length).Select(i => (double)run.EmbeddingGradientAt(i / width, i % width))];
        Near.AreNearToLargest(embeddingGradient, ofEmbedding, 1e-5, "gradient by the token vectors");
    }

    [TestMethod]
    public void WithoutBiasAndInputTheStateKeepsItsLengthForTenThousandSteps()
    {
        using var run = new StackRun(Setup(256));
        var layer = run.Parameters.Encoder.Stacks[0].Layers[0];
        for (var column = 0; column < layer.Recurrence!.Columns; column++)
            layer.Recurrence.At(7, column) = 0;
        // One token that is read, and one that is nothing.
        run.Parameters.Encoder.Embedding.Value.Values.Clear();
        run.Parameters.Encoder.Embedding.Value.At(1, 0) = 1;

        run.Predict([[1, .. new int[10_000]]]);

        double Length(int t) => Math.Sqrt(run.Outputs.AsSpan(t * 256, 256).ToArray().Sum(value => (double)value * value));
        Assert.AreEqual(1, Length(10_000) / Length(0), 1e-3);
    }

    [TestMethod]
    public void WeightDropIsRefused()
    {
        var failure = Assert.ThrowsExactly<ArgumentException>(() => new StackRun(Setup(16) with { WeightDropout = 0.1f }));
        StringAssert.Contains(failure.Message, nameof(CellKind.Unitary));
        StringAssert.Contains(failure.Message, nameof(LanguageModelOptions.WeightDropout));
    }

    private static StackSetup Setup(int units)
        => new() { Cell = CellKind.Unitary, Units = units, Strategy = ActivationStrategy.Stored, MaximumChunkSteps = 7, MinimumChunkSteps = 7, WeightScale = 1 };

    private static double[] Coefficients(long flatRow, int units) => [.. Enumerable.Range(0, units).Select(unit => (double)LinearHead.Coefficient(flatRow, unit))];
}
