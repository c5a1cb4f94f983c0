using Microsoft.ML.RevRnn.Experiments;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.RevRnn.Tests.Experiments;

/// <summary>What is searched, and which settings are proposed.</summary>
[TestClass]
public sealed class SearchSpaceTests
{
    [TestMethod]
    public void TheDefaultIsThatOfTheAttributes()
    {
        var space = RevRnnSearchSpace.Default;

        CollectionAssert.AreEqual(new[] { 64, 128, 256, 512 }, space.HiddenSize!.ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, space.LayerCount!.ToArray());
        CollectionAssert.AreEqual(new[] { false, true }, space.Bidirectional!.ToArray());
        Assert.AreEqual(new SearchRange(3e-4f, 3e-2f, true), space.LearningRate);
        Assert.AreEqual(new SearchRange(0, 0.7f), space.Dropout);
        CollectionAssert.AreEqual(new[] { CellKind.RevLstm, CellKind.RevGru }, space.Cell!.ToArray());
        CollectionAssert.AreEqual(new[] { TokenKind.Words, TokenKind.BytePairs }, space.TokenKind!.ToArray());
        CollectionAssert.AreEqual(new[] { 0, 3e-5f, 1e-4f }, space.NGrams!.Select(options => options.L2Regularization).ToArray());
    }

    [TestMethod]
    public void AUsersTypeMayDeclareItToo()
    {
        var space = RevRnnSearchSpace.FromAttributes(typeof(Declared));

        CollectionAssert.AreEqual(new[] { 10, 20 }, space.HiddenSize!.ToArray());
        CollectionAssert.AreEqual(new[] { TokenKind.Bytes, TokenKind.Words }, space.TokenKind!.ToArray());
        Assert.IsNull(space.LearningRate);
        var failure = Assert.ThrowsExactly<ArgumentException>(() => RevRnnSearchSpace.FromAttributes(typeof(Wrong)));
        StringAssert.Contains(failure.Message, "Wrong.HiddenSize declares the value 1.5");
    }

    [TestMethod]
    public void WhatAKindHasNoUseForIsNotSearched()
    {
        var space = RevRnnSearchSpace.Default with { LabelSmoothing = (0, 0.1f) };

        string[] ofClasses = [.. SearchDimensions.Of(space, new RevRnnClassificationOptions()).Select(dimension => dimension.Name)];
        string[] ofLanguage = [.. SearchDimensions.Of(space, new RevLanguageModelOptions()).Select(dimension => dimension.Name)];
        string[] ofVectors = [.. SearchDimensions.Of(space, new RevRnnClassificationOptions { WordVectors = new() { Path = "some.vec" } }).Select(dimension => dimension.Name)];

        CollectionAssert.AreEquivalent(new[] { "Bidirectional", "Pooling", "NGrams", "LabelSmoothing" }, ofClasses.Except(ofLanguage).ToArray());
        CollectionAssert.AreEquivalent(new[] { "EmbeddingSize" }, ofClasses.Except(ofVectors).ToArray());
        CollectionAssert.AreEquivalent(
            new[] { "NGrams" }, ofClasses.Except(SearchDimensions.Of(space, new RevRnnClassificationOptions { NGrams = null }).Select(dimension => dimension.Name)).ToArray());
        CollectionAssert.AreEquivalent(
            new[] { "TokenKind" }, ofClasses.Except(SearchDimensions.Of(space, new RevRnnClassificationOptions(), readsTexts: false).Select(dimension => dimension.Name)).ToArray());
        Assert.IsNull(new RevRnnLanguageModelExperimentSettings().SearchSpace.TokenKind);
    }

    [TestMethod]
    [DataRow(NetworkStructure.Sequence, true, 2)]
    [DataRow(NetworkStructure.BalancedTree, false, 1)]
    [DataRow(NetworkStructure.MemoryNetwork, false, 2)]
    public void AStructureIsOfASettingWithWhatItCanHave(NetworkStructure structure, bool bidirectional, int layers)
    {
        var template = new RevRnnClassificationOptions();
        var dimensions = SearchDimensions.Of(new() { Structure = [structure], LayerCount = [2], Bidirectional = [true] }, template);

        var network = dimensions.Apply(template, [0, 0, 0]).Network;

        network.Validate();
        Assert.AreEqual((structure, bidirectional, layers), (network.Structure, network.Bidirectional, network.LayerCount));
        Assert.IsEmpty(SearchDimensions.Of(new() { Structure = [structure] }, new RevLanguageModelOptions()));
    }

    [TestMethod]
    public void ABadSpaceIsRefused()
    {
        var settings = SmallExperiment.Settings();
        foreach (var (space, name) in ((RevRnnSearchSpace, string)[])
            [(new() { HiddenSize = [] }, "HiddenSize"), (new() { LearningRate = (0, 1, true) }, "LearningRate"), (new() { Dropout = (0.5f, 0.2f) }, "Dropout"), (new() { Dropout = (0, float.NaN) }, "Dropout")])
        {
            settings.SearchSpace = space;
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => SmallExperiment.Execute(settings)).Message, name);
        }
    }

    [TestMethod]
    public void SettingsAreWithinTheSpaceAndDifferent()
    {
        var template = new RevRnnClassificationOptions { Network = new() { HiddenSize = 200 }, Training = new() { LearningRate = 0.5f } };
        var dimensions = SearchDimensions.Of(RevRnnSearchSpace.Default, template);
        var proposer = new TrialProposer(dimensions, template, seed: 1);
        var tried = new List<double[]>();
        for (var i = 0; i < 300; i++)
            tried.Add(proposer.Propose(i, tried, [])!);

        var options = tried.ConvertAll(setting => (RevRnnClassificationOptions)dimensions.Apply(template, setting));
        // The nearest that the space has.
        Assert.AreEqual((256, 0.03f), (options[0].Network.HiddenSize, options[0].Training.LearningRate));
        CollectionAssert.AreEquivalent(new[] { 64, 128, 256, 512 }, options.Select(each => each.Network.HiddenSize).Distinct().ToArray());
        Assert.IsTrue(options.All(each => each.Training.LearningRate is >= 3e-4f and <= 3e-2f && each.Training.Dropout is >= 0 and <= 0.7f));
        Assert.IsInRange(100, 200, options.Count(each => each.Training.LearningRate < 3e-3f), "The scale is logarithmic.");
        Assert.IsTrue(options.All(each => each.Training.LearningRate.ToString("G3") == each.Training.LearningRate.ToString("R")), "Three digits.");
        Assert.AreEqual(300, tried.Select(setting => string.Join(' ', setting)).Distinct().Count());
    }

    [TestMethod]
    public void ASpaceOfFewSettingsIsTriedOut()
    {
        var template = new RevRnnClassificationOptions();
        var proposer = new TrialProposer(SearchDimensions.Of(new() { HiddenSize = [8, 16, 32], Bidirectional = [false, true] }, template), template, seed: 1);
        var tried = new List<double[]>();
        while (proposer.Propose(tried.Count, tried, []) is { } setting)
            tried.Add(setting);

        Assert.HasCount(6, tried);
    }

    /// <summary>The loss is lowest at a learning rate of 0.005 with GRUs; what is proposed gathers there, sooner than at random.</summary>
    [TestMethod]
    public void ProposalsLearnFromResults()
    {
        var template = new RevRnnClassificationOptions();
        var dimensions = SearchDimensions.Of(
            new() { Cell = [CellKind.RevLstm, CellKind.RevGru], LearningRate = (1e-4f, 1e-1f, true), Dropout = (0, 0.7f), WeightDecay = (0, 0.1f) }, template);
        double[] Run(int seed, bool learns)
        {
            var proposer = new TrialProposer(dimensions, template, seed);
            var (tried, observations) = (new List<double[]>(), new List<Observation>());
            for (var i = 0; i < 40; i++)
            {
                var setting = proposer.Propose(i, tried, learns ? observations : [])!;
                tried.Add(setting);
                var distance = Math.Log10(setting[1] / 0.005);
                observations.Add(new Observation(setting, 1, distance * distance + Math.Pow(setting[2] - 0.5, 2) + (setting[0] == 1 ? 0 : 0.5)));
            }
            return [.. observations.Skip(20).Select(observation => observation.Loss)];
        }

        var random = Enumerable.Range(0, 10).Average(seed => Run(seed, learns: false).Average());
        var learned = Enumerable.Range(0, 10).Average(seed => Run(seed, learns: true).Average());

        Assert.IsLessThan(0.6 * random, learned);
        CollectionAssert.AreEqual(Run(3, learns: true), Run(3, learns: true));
    }

    /// <summary>The options' own are the first setting's, also where the space has them not.</summary>
    [TestMethod]
    public void NGramsOfTheOptionsAreTriedToo()
    {
        var template = new RevRnnClassificationOptions { NGrams = new() { WordLength = 2 } };
        var dimensions = SearchDimensions.Of(new() { NGrams = [new(), new() { L2Regularization = 1e-4f }] }, template);

        var tried = Enumerable.Range(0, 3).Select(i => ((RevRnnClassificationOptions)dimensions.Apply(template, [i])).NGrams!).ToArray();

        Assert.AreEqual(template.NGrams, ((RevRnnClassificationOptions)dimensions.Apply(template, new TrialProposer(dimensions, template, seed: 1).Propose(0, [], [])!)).NGrams);
        CollectionAssert.AreEquivalent(new NGramOptions[] { template.NGrams, new(), new() { L2Regularization = 1e-4f } }, tried);
        CollectionAssert.AreEquivalent(
            new[] { "WordLength 2", "default", "L2Regularization 0.0001" }, Enumerable.Range(0, 3).Select(i => dimensions.Describe([i])[0].Value).ToArray());
    }

    [TestMethod]
    public void EpochsGoByTheSizeOfTheData()
    {
        Assert.AreEqual(new SuccessiveHalvingOptions { MinimumEpochs = 1, MaximumEpochs = 8 }, new SuccessiveHalvingOptions().For(epochs: 8));
        Assert.AreEqual(new SuccessiveHalvingOptions { MinimumEpochs = 5, MaximumEpochs = 40 }, new SuccessiveHalvingOptions().For(epochs: 40));
        Assert.AreEqual(new SuccessiveHalvingOptions { MinimumEpochs = 1, MaximumEpochs = 81 }, new SuccessiveHalvingOptions { MaximumEpochs = 81 }.For(epochs: 8));
        Assert.AreEqual(new SuccessiveHalvingOptions { MinimumEpochs = 9, MaximumEpochs = 9 }, new SuccessiveHalvingOptions { MinimumEpochs = 9 }.For(epochs: 8));

        var settings = SmallExperiment.Settings(maxModels: 1);
        settings.Halving = new();
        settings.Options.Training = settings.Options.Training with { MaximumEpochs = null, BatchSize = 16 };
        // Some 80 rows are 5 batches, of which 240 updates take 48 epochs.
        CollectionAssert.AreEqual(new[] { 6, 18, 48 }, SmallExperiment.Execute(settings).BestRun.Rungs.Select(rung => rung.Epochs).ToArray());
    }

    [TestMethod]
    public void RungsAndWidths()
    {
        var halving = new SuccessiveHalvingOptions { Eta = 3, MinimumEpochs = 1, MaximumEpochs = 9 };
        CollectionAssert.AreEqual(new[] { 1, 3, 9 }, halving.Rungs(5));
        Assert.AreEqual(9, halving.WidthOf(5));
        CollectionAssert.AreEqual(new[] { 2, 4, 7 }, new SuccessiveHalvingOptions { Eta = 2, MinimumEpochs = 2, MaximumEpochs = 7 }.Rungs(0));
        CollectionAssert.AreEqual(new[] { 5 }, new SuccessiveHalvingOptions { MinimumEpochs = 5, MaximumEpochs = 5 }.Rungs(0));
        // Table 1 of the Hyperband paper has R = 81, eta = 3: 81, 34, 15, 8 and 5 settings.
        var hyperband = new SuccessiveHalvingOptions { MinimumEpochs = 1, MaximumEpochs = 81, Hyperband = true };
        CollectionAssert.AreEqual(new[] { 81, 34, 15, 8, 5, 81 }, Enumerable.Range(0, 6).Select(hyperband.WidthOf).ToArray());
        CollectionAssert.AreEqual(new[] { 9, 27, 81 }, hyperband.Rungs(2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(new SuccessiveHalvingOptions { Eta = 1 }.Validate);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(new SuccessiveHalvingOptions { MaximumEpochs = 2, MinimumEpochs = 3 }.Validate);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(new SuccessiveHalvingOptions { Width = 0 }.Validate);
    }

    [TestMethod]
    public void HyperbandBeginsAtEachRungInTurns()
    {
        var rungs = new List<RungEnded>();
        var settings = SmallExperiment.Settings(maxModels: 5 + 2);
        settings.Halving = new() { Eta = 2, MaximumEpochs = 2, Hyperband = true };
        settings.Progress = new EventListener<ExperimentEvent>(happened => rungs.AddRange(happened is RungEnded rung ? [rung] : []));

        SmallExperiment.Execute(settings);

        CollectionAssert.AreEqual(new[] { "0 1", "0 2", "1 2", "2 1", "2 2", "3 2" }, rungs.ConvertAll(rung => $"{rung.Bracket} {rung.Epochs}"));
    }

    [TestMethod]
    public void ASettingOutOfItsRangeIsNamed()
    {
        foreach (var (change, name) in ((Action<RevRnnMulticlassExperimentSettings>, string)[])
        [
            (settings => settings.MaxModels = 0, "MaxModels"),
            (settings => settings.MaxExperimentTimeInSeconds = 0, "MaxExperimentTimeInSeconds"),
            (settings => settings.MaximumMemoryUsageInMegaByte = double.NaN, "MaximumMemoryUsageInMegaByte"),
            (settings => settings.ValidationFraction = 0.6, "ValidationFraction"),
            (settings => settings.MaxConcurrentTrials = 65, "MaxConcurrentTrials"),
            (settings => settings.Options.Training = new() { MaximumMinutes = 1 }, "MaximumMinutes"),
            (settings => settings.Options.Training = new() { CheckpointPath = "a" }, "CheckpointPath"),
            (settings => settings.Options.Training = new() { StopAfterEpochs = 1 }, "StopAfterEpochs"),
            (settings => settings.Options.NeuronSelection = new(), "NeuronSelection"),
        ])
        {
            var settings = SmallExperiment.Settings();
            change(settings);
            StringAssert.Contains(Assert.Throws<ArgumentException>(() => Trained.Context.MulticlassClassification.CreateRevRnnExperiment(settings)).Message, name);
        }
    }

    private sealed class Declared
    {
        [Choice(10, 20)]
        public int HiddenSize { get; set; }

        [Choice(TokenKind.Bytes, TokenKind.Words)]
        public TokenKind TokenKind { get; set; }
    }

    private sealed class Wrong
    {
        [Choice(1.5, 2.5)]
        public int HiddenSize { get; set; }
    }
}
