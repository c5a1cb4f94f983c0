using System.Text.Json;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Options as JSON and back, for tools that keep or try them.</summary>
[TestClass]
public sealed class OptionsJsonTests
{
    private static readonly NetworkOptions _network = new()
    {
        Cell = CellKind.RevGru,
        EmbeddingSize = 10,
        HiddenSize = 12,
        LayerCount = 2,
        ForgettingLimit = ForgettingLimit.OneBit,
        Bidirectional = true,
        Pooling = PoolingKind.Last,
    };

    private static readonly TrainingOptions _training = new()
    {
        MaximumEpochs = 3,
        LearningRate = 0.1f,
        Optimizer = OptimizerKind.Sgd,
        Schedule = LearningRateSchedule.Cosine,
        MemoryBudget = 1L << 40,
        MaximumMinutes = 1.5,
        Seed = 7,
        ActivationStrategy = ActivationStrategy.Auto,
        CheckpointPath = "state",
        Shards = 4,
        BatchesPerStep = 2,
        GradientFormat = GradientFormat.BFloat16,
    };

    [TestMethod]
    public void ClassifiersOptionsComeBack()
    {
        var options = new RevRnnClassificationOptions
        {
            LabelColumnName = "Class",
            TextColumnName = "Words",
            TextColumnNames = ["Title", "Words"],
            FeatureColumnNames = ["Price"],
            Network = _network,
            Training = _training,
            Vocabulary = new() { Kind = TokenKind.BytePairs, MaximumSize = 900 },
            FineTuning = new FineTuningOptions(),
        };

        var back = Back(options);

        Assert.AreEqual("Class", back.LabelColumnName);
        Assert.AreEqual("Words", back.TextColumnName);
        CollectionAssert.AreEqual(options.TextColumnNames, back.TextColumnNames);
        CollectionAssert.AreEqual(options.FeatureColumnNames, back.FeatureColumnNames);
        Assert.AreEqual(options.Network, back.Network);
        Assert.AreEqual(options.Training, back.Training);
        Assert.AreEqual(options.Vocabulary, back.Vocabulary);
        Assert.AreEqual(options.FineTuning, back.FineTuning);
    }

    [TestMethod]
    public void AllKindsOfOptionsComeBack()
    {
        AssertSame(new RevRnnBinaryClassificationOptions { ProbabilityColumnName = "P", Network = _network, Training = _training });
        AssertSame(new RevRnnMultiLabelOptions { ScoreColumnName = "S", Network = _network, Training = _training });
        AssertSame(new RevRnnTaggingOptions { PredictedLabelColumnName = "L", Training = _training });
        AssertSame(new RevRnnFeaturesOptions { OutputColumnName = "F", InputColumnName = "I", InputColumnNames = ["I", "J"], Network = _network });
        AssertSame(new RevLanguageModelOptions { PerplexityColumnName = "E", Model = new() { Layout = TextLayout.Documents, InputDropout = 0.25f, SoftmaxSamples = 5 } });
        AssertSame(new RevTranslationOptions
        {
            AlignmentColumnName = "A",
            Vocabulary = new() { Kind = TokenKind.Words },
            TargetVocabulary = new() { Kind = TokenKind.Characters },
            Model = new() { Context = AttentionContext.Slice, SliceSize = 3, Score = AttentionScore.Dot },
            Decoding = new() { BeamWidth = 2, LengthPenalty = 0, MaximumLength = 9 },
            CopiesUnknown = false,
            SelectsByBleu = true,
        });

        static void AssertSame<T>(T options)
            where T : RevRnnOptions
            => Assert.AreEqual(JsonSerializer.Serialize(options), JsonSerializer.Serialize(Back(options)));
    }

    [TestMethod]
    public void WhatIsNoOptionIsLeftOut()
    {
        var classification = JsonSerializer.Serialize(new RevRnnClassificationOptions { Progress = new Listener(_ => { }), LanguageModel = Trained.LanguageModel });
        var language = JsonSerializer.Serialize(new RevLanguageModelOptions { EpochEnded = (_, _) => { }, CancellationToken = new CancellationToken(true) });

        var features = JsonSerializer.Serialize(new RevRnnFeaturesOptions { LanguageModel = Trained.LanguageModel, Encoder = Trained.Features });

        var translation = JsonSerializer.Serialize(new RevTranslationOptions { EpochEnded = (_, _) => { } });
        foreach (var name in new[] { "Progress", "CancellationToken", "LanguageModel", "EpochEnded", "Encoder" })
        {
            Assert.DoesNotContain($"\"{name}\"", classification);
            Assert.DoesNotContain($"\"{name}\"", language);
            Assert.DoesNotContain($"\"{name}\"", features);
            Assert.DoesNotContain($"\"{name}\"", translation);
        }
    }

    [TestMethod]
    public void ValuesOfEnumerationsHaveNames()
    {
        StringAssert.Contains(JsonSerializer.Serialize(_network), "\"Cell\":\"RevGru\"");
        StringAssert.Contains(JsonSerializer.Serialize(_training), "\"ActivationStrategy\":\"Auto\"");
    }

    private static T Back<T>(T options) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(options))!;
}
