using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class MeanMaxPoolingTests
{
    private const int Stride = 64;

    [TestMethod]
    [DataRow(SimdWidth.Bits512, 100)]
    [DataRow(SimdWidth.Bits512, 3)]
    [DataRow(SimdWidth.Bits256, 4)]
    [DataRow(SimdWidth.Bits128, 1)]
    public void MeansMaximaAndTheirGradientsAreThoseOfTheDefinition(SimdWidth width, int chunkSteps)
    {
        var batch = new PackedBatch();
        var sequences = Sequences.Random(9, 1, 14);
        batch.Fill(sequences, Parameter.Identity(9), 0);
        using var outputs = new NativeBuffer<float>(batch.TokenCount * Stride);
        var random = new Random(1);
        foreach (ref var value in outputs.Span)
            value = random.Next(-20, 20) / 8f;
        using var device = new Device(threads: 1, width);
        using var pooling = MeanMaxPooling.For(device, Stride, usesMean: true, usesMaximum: true);

        // A larger batch first: what it leaves behind must not matter.
        var larger = new PackedBatch();
        larger.Fill(Sequences.Random(20, 1, 2), Parameter.Identity(20), 0);
        pooling.Begin(larger);
        for (var row = 0; row < 20; row++)
            pooling.Pooled(row, 1).Fill(1e9f);
        pooling.Begin(batch);
        foreach (var chunk in Chunks(batch, chunkSteps))
        {
            pooling.Forward(chunk, outputs.Pointer + chunk.FlatStart * Stride, 0, 4);
            pooling.Forward(chunk, outputs.Pointer + chunk.FlatStart * Stride, 4, batch.RowCount);
        }
        pooling.Finish();

        pooling.BeginBackward();
        var expectedGradient = new float[batch.TokenCount * Stride];
        for (var row = 0; row < batch.RowCount; row++)
        {
            for (var unit = 0; unit < Stride; unit++)
            {
                var places = Enumerable.Range(0, batch.Length(row)).Select(t => (int)(batch.FlatOffset(t) + row) * Stride + unit).ToArray();
                var values = Array.ConvertAll(places, place => outputs.Pointer[place]);
                Assert.AreEqual(values.Average(), pooling.Pooled(row, 0)[unit], 1e-5f);
                Assert.AreEqual(values.Max(), pooling.Pooled(row, 1)[unit]);

                var (ofMean, ofMaximum) = (random.NextSingle(), random.NextSingle());
                pooling.Pooled(row, 0)[unit] = ofMean;
                pooling.Pooled(row, 1)[unit] = ofMaximum;
                foreach (var place in places)
                    expectedGradient[place] = ofMean / values.Length;
                expectedGradient[places[Array.IndexOf(values, values.Max())]] += ofMaximum;
            }
        }

        using var gradient = new NativeBuffer<float>(batch.TokenCount * Stride);
        gradient.Span.Fill(float.NaN);
        foreach (var chunk in Chunks(batch, chunkSteps))
            pooling.Backward(chunk, outputs.Pointer + chunk.FlatStart * Stride, gradient.Pointer + chunk.FlatStart * Stride, 0, batch.RowCount);
        for (var i = 0; i < expectedGradient.Length; i++)
            Assert.AreEqual(expectedGradient[i], gradient.Pointer[i], 1e-6f);
    }

    private static IEnumerable<Chunk> Chunks(PackedBatch batch, int steps)
    {
        for (var first = 0; first < batch.StepCount; first += steps)
            yield return new Chunk(batch, first / steps, first, Math.Min(steps, batch.StepCount - first));
    }
}
