using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Nested LSTMs of each depth.</summary>
[TestClass]
internal sealed class NestedLstmTests
{
    /// <summary>As many as a two-layer LSTM of the same units has, and as the article counts.</summary>
    [TestMethod]
    public void ParametersAreCounted()
    {
        Assert.AreEqual(5_764_800, new CellShape(NestedLstmSpec.Of(2), 600, 600).ParameterCount);
        Assert.AreEqual(new CellShape(CellKind.Lstm, 600, 600).ParameterCount, new CellShape(NestedLstmSpec.Of(1), 600, 600).ParameterCount);
        using var parameters = new LayerParameters("layer", new CellShape(NestedLstmSpec.Of(3), 6, 8), Parameter.Identity(6), 32);
        Assert.AreEqual(parameters.Shape.ParameterCount, parameters.All.Sum(parameter => parameter.Rows * parameter.Columns));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void TheDepthIsSaved(int depth)
    {
        var network = new NetworkOptions { Cell = CellKind.NestedLstm, NestingDepth = depth, EmbeddingSize = 6, HiddenSize = 8, LayerCount = 2 };
        var training = new TrainingOptions { MaximumEpochs = 1, BatchSize = 8, ValidationFraction = 0, Seed = 1 };

        var model = SequenceClassifier.Train(Sequences.Random(24, 5, 20), Sequences.Labels(24), 3, 11, network, training).Model;

        var loaded = Models.Classifier(Models.Bytes(model));
        Assert.AreEqual(depth, loaded.Network.NestingDepth);
        Near.AreSame(model.Predict(1, 2, 3), loaded.Predict(1, 2, 3), "probabilities");
    }

    [TestMethod]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.DeepTransition)]
    [DataRow(CellKind.MixedGru)]
    public void NoNeuronIsCutFromACellOfSeveralProducts(CellKind cell)
    {
        using var parameters = Heads.NetworkParameters.OfSequences(new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = 4, HiddenSize = 4 }, 11), 3);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Selection.NeuronGroup.Of(parameters, selectsInputs: false)).Message, $"Cell is {cell}, which makes gates of gates");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(5)]
    public void ADepthOutOfRangeIsNamed(int depth)
        => Assert.AreEqual(nameof(NetworkOptions.NestingDepth), Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkOptions { NestingDepth = depth }.Validate()).ParamName);
}
