using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What weights will take is what they take.</summary>
[TestClass]
internal sealed class ParameterMemoryTests
{
    private static readonly NetworkOptions[] _networks =
    [
        new(),
        new() { Cell = CellKind.RevGru, EmbeddingSize = 20, HiddenSize = 34, LayerCount = 2, Bidirectional = true, Pooling = PoolingKind.Attention },
        new() { Cell = CellKind.Gru, EmbeddingSize = 16, HiddenSize = 30, LayerCount = 3, SkipConnections = true, Pooling = PoolingKind.Last },
        new() { Cell = CellKind.NfRevGru, EmbeddingSize = 16, HiddenSize = 32 },
    ];

    [TestMethod]
    public void OfClassifiers()
    {
        foreach (var network in _networks)
        {
            using var parameters = NetworkParameters.OfSequences(new NetworkShape(network, 50), 7);
            Assert.AreEqual(Count(parameters), ParameterMemory.Count(network, 50, 7), network.ToString());
        }
    }

    [TestMethod]
    public void OfLanguageModels()
    {
        foreach (var network in _networks.Where(network => !network.Bidirectional).SelectMany(network => (NetworkOptions[])[network, network with { TieEmbeddings = true }]))
        {
            using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(network with { Pooling = default }, 50));
            Assert.AreEqual(Count(parameters), ParameterMemory.Count(network, 50, 0), network.ToString());
        }
    }

    [TestMethod]
    public void TrainingTakesMoreOfWeightsThanOfTokenVectors()
    {
        var network = _networks[1];
        var embedding = 50L * network.EmbeddingSize;
        var dense = ParameterMemory.Count(network, 50, 7) - embedding;

        Assert.AreEqual(20 * embedding + 28 * dense, ParameterMemory.TrainingBytes(network, 50, 7));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ParameterMemory.Count(network, 1, 7));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ParameterMemory.Count(network, 50, -1));
    }

    /// <summary>Those that the autocomplete task of Madsen 2019 is told with; there the vector of padding is not learned.</summary>
    [TestMethod]
    [DataRow(CellKind.Gru, 2, 4_323_600)]
    [DataRow(CellKind.Lstm, 2, 5_764_800)]
    [DataRow(CellKind.NestedLstm, 1, 5_764_800)]
    public void OrdinaryCellsHaveAsManyAsElsewhere(CellKind cell, int layers, int recurrent)
    {
        var network = new NetworkOptions { Cell = cell, EmbeddingSize = 600, HiddenSize = 600, LayerCount = layers, NestingDepth = 2, Pooling = PoolingKind.Last };

        Assert.AreEqual(16_200 + 600 + recurrent + 9_847_986, ParameterMemory.Count(network, 28, 16_386));
    }

    private static long Count(NetworkParameters parameters) => parameters.All.Sum(parameter => (long)parameter.Rows * parameter.Columns);
}
