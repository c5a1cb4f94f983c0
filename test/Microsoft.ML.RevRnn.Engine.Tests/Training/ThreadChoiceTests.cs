using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class ThreadChoiceTests
{
    [TestMethod]
    [DataRow(8, 16, 16, 16, 1)]
    [DataRow(256, 32, 2, 2, 2)]
    [DataRow(256, 32, 256, 2, 2)]
    [DataRow(256, 32, 1, 64, 1)]
    [DataRow(256, 32, 16, 64, 16)]
    public void ThreadsAreAsManyAsThereAreProcessorsAndWork(int units, int batchSize, int wanted, int processors, int expected)
    {
        using var parameters = NetworkParameters.OfSequences(
            new NetworkShape(new NetworkOptions { EmbeddingSize = units, HiddenSize = units }, Vocabulary: 100), 2);

        Assert.AreEqual(expected, ThreadChoice.Running(wanted, processors, parameters, batchSize));
    }
}
