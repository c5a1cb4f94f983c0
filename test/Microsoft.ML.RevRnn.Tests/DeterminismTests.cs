using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Where the seed comes from, and that nothing else matters.</summary>
[TestClass]
public sealed class DeterminismTests
{
    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void TheContextsSeedMakesTheModel(CellKind cell)
    {
        var first = Fit(new MLContext(seed: 1), cell);
        var again = Fit(new MLContext(seed: 1), cell);

        CollectionAssert.AreEqual(ModelFileImage.Of(first).Component, ModelFileImage.Of(again).Component);
        CollectionAssert.AreNotEqual(ModelFileImage.ContentWithoutReport(first), ModelBytes(new MLContext(seed: 2), cell));
    }

    [TestMethod]
    public void WhatElseIsMadeInTheContextDoesNotMatter()
    {
        var context = new MLContext(seed: 1);
        var first = ModelBytes(context, CellKind.RevLstm);
        context.Transforms.Conversion.MapValueToKey("Label").Fit(Trained.Data());

        CollectionAssert.AreEqual(first, ModelBytes(context, CellKind.RevLstm));
    }

    [TestMethod]
    public void TheSeedOfTheOptionsComesFirst()
        => CollectionAssert.AreEqual(
            ModelBytes(new MLContext(seed: 1), CellKind.RevLstm, seed: 5), ModelBytes(new MLContext(), CellKind.RevLstm, seed: 5));

    [TestMethod]
    public void WithoutASeedEachFitDiffers()
        => CollectionAssert.AreNotEqual(ModelBytes(new MLContext(), CellKind.RevLstm), ModelBytes(new MLContext(), CellKind.RevLstm));

    [TestMethod]
    public void ThreadsAndActivationStrategyDoNotMatter()
        => CollectionAssert.AreEqual(
            ModelBytes(new MLContext(seed: 1), CellKind.RevLstm),
            ModelBytes(new MLContext(seed: 1), CellKind.RevLstm, change: options =>
            {
                options.Training = options.Training with { ThreadCount = 2, ActivationStrategy = ActivationStrategy.Stored };
            }));

    private static byte[] ModelBytes(MLContext context, CellKind cell, int? seed = null, Action<RevRnnClassificationOptions>? change = null)
        => ModelFileImage.ContentWithoutReport(Fit(context, cell, seed, change));

    private static RevRnnClassificationTransformer Fit(MLContext context, CellKind cell, int? seed = null, Action<RevRnnClassificationOptions>? change = null)
    {
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 2, Dropout = 0.2f, Seed = seed };
        change?.Invoke(options);
        var trainers = context.MulticlassClassification.Trainers;
        return (cell == CellKind.RevLstm ? trainers.RevLstm(options) : trainers.RevGru(options)).Fit(Trained.Keyed());
    }
}
