using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A stack that begins with the states that another one ended with, and hands back the gradient by them: a text that is cut in two, whose halves are read by two
/// stacks of the same weights, has the gradients of the whole text.
/// </summary>
[TestClass]
internal sealed class StartStateTests
{
    private const int Rows = 5;
    private const int Steps = 24;
    private const int Cut = 10;

    private static readonly int[][] _texts = Sequences.Random(Rows, Steps, Steps);

    [TestMethod]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.RevLstm, ActivationStrategy.Stored)]
    [DataRow(CellKind.RevGru, ActivationStrategy.Hybrid)]
    [DataRow(CellKind.NfRevLstm, ActivationStrategy.Reversible)]
    [DataRow(CellKind.Lstm, ActivationStrategy.Checkpointed)]
    [DataRow(CellKind.Elman, ActivationStrategy.Stored)]
    public void TheGradientGoesBackThroughTheStatesThatAreHandedOver(CellKind cell, ActivationStrategy strategy)
    {
        var whole = Gradients(cell, strategy, cut: null);

        var halves = Gradients(cell, strategy, Cut);
        var withoutHandingBack = Gradients(cell, strategy, Cut, handsBack: false);

        // The same sums in another order; and in fixed point the lanes of the second half begin empty, which may round a digit otherwise.
        var tolerance = 2e-3f * whole.Max(Math.Abs);
        for (var i = 0; i < whole.Length; i++)
            Assert.AreEqual(whole[i], halves[i], tolerance, $"gradient {i}");
        Assert.IsTrue(whole.Zip(withoutHandingBack).Any(pair => Math.Abs(pair.First - pair.Second) > 10 * tolerance));
    }

    [TestMethod]
    public void SequencesOfDifferentLengthsHandOverWhatEachEndedWith()
    {
        var texts = Sequences.Random(Rows, 3, 9);
        using var device = new Device(threads: 2);
        using var parameters = Parameters(CellKind.RevLstm);
        using var encoder = Encoders.Create(parameters, StackSettings.Prediction, device);
        using var head = new WatchedHead(encoder, new LinearHead(encoder));
        using var states = encoder.CreateStates();
        var pass = new BatchPass(encoder, head);
        pass.PackWeights();
        var batch = new PackedBatch();
        batch.Fill(texts, Parameter.Identity(Rows), 0);
        pass.Run(batch, end: states);
        // Rows go on in the order in which the batch has them.
        int[][] more = [.. Enumerable.Range(0, Rows).Select(row => new[] { 1, 2, 3 + batch.MemberOfRow(row) })];
        var order = Enumerable.Range(0, Rows).Select(batch.MemberOfRow).ToArray();
        batch.Fill(more, Parameter.Identity(Rows), 0);
        pass.Run(batch, start: states);
        var continued = head.Outputs.TakeLast(Rows * 6).ToArray();

        for (var row = 0; row < Rows; row++)
        {
            batch.Fill([.. texts[order[row]], .. more[row]], 0);
            pass.Run(batch);
            CollectionAssert.AreEqual(head.Outputs.TakeLast(6).ToArray(), continued[(row * 6)..(row * 6 + 6)], $"row {row}");
        }
    }

    private static EncoderParameters Parameters(CellKind cell)
    {
        var parameters = new EncoderParameters(new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = 5, HiddenSize = 6, LayerCount = 2 }, 11));
        parameters.Initialize(1);
        foreach (var parameter in parameters.All)
        {
            foreach (ref var value in parameter.Values)
                value *= 2;
        }
        return parameters;
    }

    /// <summary>All gradients of a loss that is linear in the outputs of the last steps: from <see cref="Cut"/> on.</summary>
    private static float[] Gradients(CellKind cell, ActivationStrategy strategy, int? cut, bool handsBack = true)
    {
        using var device = new Device(threads: 1);
        using var parameters = Parameters(cell);
        var settings = new StackSettings { Strategy = strategy, ChunkLength = new ChunkLength(3, 5, 20) };
        using var first = Encoders.Create(parameters, settings, device);
        first.PrepareTraining();
        if (cut is not { } steps)
        {
            using var head = new LinearHead(first, (flat, i) => flat < Cut * Rows ? 0 : LinearHead.Coefficient(flat - Cut * Rows, i));
            new BatchPass(first, head).Train(Batch(_texts), seed: 0);
            return All(parameters);
        }

        using var second = Encoders.Create(parameters, settings, device.WithOwnAccount());
        second.PrepareTraining();
        using var states = first.CreateStates(hasGradients: handsBack);
        using var decoderHead = new LinearHead(second);
        var (prefix, suffix) = (Batch(Array.ConvertAll(_texts, text => text[..steps])), Batch(Array.ConvertAll(_texts, text => text[steps..])));
        first.PackWeights(forTraining: true);
        first.Begin(prefix, training: true);
        for (var i = 0; i < first.ChunkCount; i++)
            first.Forward(first.GetChunk(i));
        first.SaveStates(states);
        new BatchPass(second, decoderHead).Train(suffix, seed: 0, start: states);
        var ofSecond = All(parameters);
        first.BeginBackward(1, states);
        for (var i = first.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = first.GetChunk(i);
            first.Recover(chunk);
            Clear(first, chunk);
            first.Backward(chunk);
        }
        first.FinishBackward();
        // Dense gradients were added to; those by token vectors were begun anew.
        var dense = parameters.Dense.Sum(parameter => parameter.Gradients.Length);
        var ofFirst = All(parameters);
        return [.. ofFirst[..dense], .. ofFirst[dense..].Zip(ofSecond[dense..], (a, b) => a + b)];
    }

    private static PackedBatch Batch(int[][] texts)
    {
        var batch = new PackedBatch();
        batch.Fill(texts, Parameter.Identity(texts.Length), 0);
        return batch;
    }

    private static unsafe void Clear(ISequenceEncoder encoder, in Chunk chunk) =>
        new Span<float>(encoder.OutputGradient, chunk.FlatRows * encoder.OutputStride).Clear();

    /// <summary>Dense gradients, then those of each token's vector; zero for tokens that the batch does not have.</summary>
    private static float[] All(EncoderParameters parameters)
    {
        var embedding = parameters.Embedding;
        var ofTokens = new float[embedding.Value.Rows * embedding.Stride];
        for (var i = 0; i < embedding.TouchedCount; i++)
            embedding.Gradients.Slice(i * embedding.Stride, embedding.Stride).CopyTo(ofTokens.AsSpan(embedding.Touched[i] * embedding.Stride));
        return [.. parameters.Dense.SelectMany(parameter => parameter.Gradients.ToArray()), .. ofTokens];
    }
}
