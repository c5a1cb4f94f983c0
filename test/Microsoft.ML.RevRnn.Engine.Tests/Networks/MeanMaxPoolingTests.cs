using Microsoft.ML.RevRnn.Compute;
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
        using var pooling = MeanMaxPooling.For(width, Stride, null);

        // A larger batch first: what it leaves behind must not matter.
        pooling.Begin(20);
        new Span<float>(pooling.Maximum, 20 * Stride).Fill(1e9f);
        pooling.Begin(batch.RowCount);
        foreach (var chunk in Chunks(batch, chunkSteps))
        {
            pooling.Forward(chunk, outputs.Pointer + chunk.FlatStart * Stride, 0, 4);
            pooling.Forward(chunk, outputs.Pointer + chunk.FlatStart * Stride, 4, batch.RowCount);
        }
        pooling.Finish(batch);

        var expectedGradient = new float[batch.TokenCount * Stride];
        for (var row = 0; row < batch.RowCount; row++)
        {
            for (var unit = 0; unit < Stride; unit++)
            {
                var places = Enumerable.Range(0, batch.Length(row)).Select(t => (int)(batch.FlatOffset(t) + row) * Stride + unit).ToArray();
                var values = Array.ConvertAll(places, place => outputs.Pointer[place]);
                var at = row * Stride + unit;
                Assert.AreEqual(values.Average(), pooling.Mean[at], 1e-5f);
                Assert.AreEqual(values.Max(), pooling.Maximum[at]);

                var (ofMean, ofMaximum) = (random.NextSingle(), random.NextSingle());
                pooling.Mean[at] = ofMean;
                pooling.Maximum[at] = ofMaximum;
                foreach (var place in places)
                    expectedGradient[place] = ofMean / values.Length;
                expectedGradient[places[Array.IndexOf(values, values.Max())]] += ofMaximum;
            }
        }

        using var gradient = new NativeBuffer<float>(batch.TokenCount * Stride);
        gradient.Span.Fill(float.NaN);
        foreach (var chunk in Chunks(batch, chunkSteps))
            pooling.Backward(chunk, gradient.Pointer + chunk.FlatStart * Stride, 0, batch.RowCount);
        for (var i = 0; i < expectedGradient.Length; i++)
            Assert.AreEqual(expectedGradient[i], gradient.Pointer[i], 1e-6f);
    }

    private static IEnumerable<Chunk> Chunks(PackedBatch batch, int steps)
    {
        for (var first = 0; first < batch.StepCount; first += steps)
            yield return new Chunk(batch, first / steps, first, Math.Min(steps, batch.StepCount - first));
    }
}
