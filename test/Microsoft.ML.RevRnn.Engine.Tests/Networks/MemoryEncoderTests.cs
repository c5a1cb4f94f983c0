namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Memories of a batch, against each text alone in double.</summary>
[TestClass]
internal sealed class MemoryEncoderTests
{
    [TestMethod]
    [DataRow(16, 1)]
    [DataRow(6, 3)]
    public void OutputsAndGradientsOfRowsOfAnyLengthAreThoseOfEachRowAloneInDouble(int units, int hops)
    {
        using var run = new WholeTextRun(NetworkStructure.MemoryNetwork, units, layers: hops);
        var memory = run.Parameters.Stacks[0].Memory!;
        var reference = new MemoryReference(units, memory.Question.Elements(), memory.Maps.Elements(), memory.Bias.Elements());

        run.CheckAgainst(Sequences.Random(9, 1, 40), (_, x) => (reference.Forward(x), ofOutputs => reference.Backward(x, ofOutputs)));

        Near.AreNearToLargest(reference.QuestionGradient, memory.Question.ElementGradients(), 1e-5, "gradient by the question");
        Near.AreNearToLargest(reference.MapsGradient, memory.Maps.ElementGradients(), 1e-5, "gradient by the maps");
        Near.AreNearToLargest(reference.BiasGradient, memory.Bias.ElementGradients(), 1e-5, "gradient by the biases");
    }
}
