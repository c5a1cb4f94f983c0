using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.Exports;

/// <summary>Pipelines with models of key vectors through ML.NET's ConvertToOnnx and back through its ApplyOnnxModel.</summary>
[TestClass]
public sealed class ConvertToOnnxTests
{
    private readonly MLContext _context = new(seed: 3);

    /// <summary>From the words of a text to the name of its class, all in the graph.</summary>
    [TestMethod]
    public void AWholePipelineGivesTheSame()
    {
        var data = _context.Data.LoadFromEnumerable(TestData.Rows(60).Select(row => new WordsAndLabel { Words = row.Words, Label = row.Label! }));
        var options = Small.Classification();
        options.TextColumnName = "Words";
        options.Network = options.Network with { LayerCount = 2, Bidirectional = true, SkipConnections = true, Pooling = PoolingKind.MeanMaxLast };
        var model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Conversion.MapValueToKey("Words"))
            .Append(_context.MulticlassClassification.Trainers.RevGru(options))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        using var folder = new TemporaryFolder();

        var path = Convert(folder, model, data);

        using (var session = new InferenceSession(path))
            CollectionAssert.AreEquivalent(new[] { "Words", "Label" }, session.InputMetadata.Keys.ToArray(), "No column of ours is asked of the user.");
        var applied = Apply(path, ["Score.output", "PredictedLabel.output"], ["Words", "Label"], data);
        var expected = model.Transform(data);
        AreClose(expected, applied, "Score");
        CollectionAssert.AreEqual(
            expected.GetColumn<string>("PredictedLabel").ToArray(), applied.GetColumn<string[]>("PredictedLabel").Select(label => label[0]).ToArray());
    }

    /// <summary>Another part behind ours reads what ours makes.</summary>
    [TestMethod]
    public void AnotherPartGoesOnWithTheFeatures()
    {
        var keyed = Data(Trained.KeyedWords(), "Words");
        var options = Small.Features();
        options.InputColumnName = "Words";
        options.OutputColumnName = "Features";
        var model = _context.Transforms.RevLstm(options).Append(_context.Transforms.NormalizeMinMax("Normalized", "Features")).Fit(keyed);
        using var folder = new TemporaryFolder();

        var applied = Apply(Convert(folder, model, keyed), ["Features.output", "Normalized.output"], ["Words"], keyed);

        AreClose(model.Transform(keyed), applied, "Features");
        AreClose(model.Transform(keyed), applied, "Normalized", most: 1e-2f);
    }

    [TestMethod]
    [DataRow(NetworkStructure.Sequence, FeedbackKind.None)]
    [DataRow(NetworkStructure.BalancedTree, FeedbackKind.Output)]
    [DataRow(NetworkStructure.MemoryNetwork, FeedbackKind.None)]
    public void EachKindOfModelGivesTheSame(NetworkStructure structure, FeedbackKind feedback)
    {
        var tagged = Data(Trained.Tagged(60), "Words", "HasMetal", "Flags", "Tags");
        var binary = Small.Binary();
        binary.TextColumnName = "Words";
        var flags = Small.MultiLabel();
        flags.TextColumnName = "Words";
        flags.ScoreColumnName = "FlagScore";
        flags.PredictedLabelColumnName = "PredictedFlags";
        var tagging = Small.Tagging();
        tagging.ScoreColumnName = "TagScore";
        tagging.PredictedLabelColumnName = "PredictedTags";
        var language = Small.LanguageModel();
        language.InputColumnName = "Words";
        (binary.Network, flags.Network) = (binary.Network with { Structure = structure }, flags.Network with { Structure = structure });
        tagging.Network = tagging.Network with { Feedback = feedback };
        foreach (var options in new RevRnnOptions[] { binary, flags, tagging, language })
            options.Training = options.Training with { MaximumEpochs = 3 };
        var model = _context.BinaryClassification.Trainers.RevLstm(binary)
            .Append(_context.MulticlassClassification.Trainers.RevGruMultiLabel(flags))
            .Append(_context.MulticlassClassification.Trainers.RevGruTagger(tagging))
            .Append(_context.Transforms.Text.RevLanguageModel(language))
            .Fit(tagged);
        using var folder = new TemporaryFolder();

        using var session = new InferenceSession(Convert(folder, model, tagged));
        var expected = model.Transform(tagged);
        var (words, row) = (tagged.GetColumn<uint[]>("Words").ToArray(), 0);
        foreach (var keys in words.Take(10))
        {
            using var results = Run(session, keys);
            Compare(results, expected, row++);
        }
    }

    [TestMethod]
    public void TextIsRefusedWithAdvice()
    {
        var data = Trained.Keyed();
        var plain = _context.Transforms.Conversion.MapKeyToValue("PredictedLabel");
        var failure = Refused(Trained.Classifier.Append(plain.Fit(Trained.Classifier.Transform(data))), data);
        StringAssert.Contains(failure.Message, "RevRnnClassificationTransformer reads text, in column 'Text'");
        StringAssert.Contains(failure.Message, "SaveAsOnnx");
        StringAssert.Contains(failure.Message, "RevTokens");
        foreach (var (model, input) in new (ITransformer, IDataView)[]
        {
            (Trained.Features, Trained.Data()),
            (Trained.LanguageModel, Trained.Data()),
            (Trained.Binary, Trained.Mixed()),
            (Trained.MultiLabel, Trained.Mixed()),
            (Trained.Classifier.ToContributions(), data),
            (Trained.Translator, PairData.Data()),
        })
        {
            StringAssert.Contains(Refused(model, input).Message, $"{model.GetType().Name} reads text");
        }
    }

    [TestMethod]
    public void NGramsOfKeysAreRefused()
    {
        var options = Small.Classification();
        options.TextColumnName = "Words";
        options.NGrams = new NGramOptions { HashBits = 10 };
        var keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(Trained.KeyedWords()).Transform(Trained.KeyedWords());

        var failure = Refused(_context.MulticlassClassification.Trainers.RevGru(options).Fit(keyed), keyed);

        StringAssert.Contains(failure.Message, "NGrams = null");
    }

    [TestMethod]
    public void WhatCannotBeWrittenIsRefusedByName()
    {
        StringAssert.Contains(Refused(Trained.KeyTranslator, PairData.Keyed()).Message, "RevTranslationTransformer cannot be written as ONNX");
        StringAssert.Contains(
            Assert.ThrowsExactly<NotSupportedException>(() => Trained.Translator.SaveAsOnnx(Stream.Null)).Message, "RevTranslationTransformer cannot be written as ONNX");
        StringAssert.Contains(
            Assert.ThrowsExactly<NotSupportedException>(() => Trained.Classifier.ToContributions().SaveAsOnnx(Stream.Null)).Message, "RevRnnContributionsTransformer");
    }

    [TestMethod]
    public void GivenTreesAreRefusedByName()
    {
        var data = _context.Transforms.Conversion.MapValueToKey("Label").Fit(Trained.KeyedWords()).Transform(Trained.KeyedWords());
        var options = Small.Classification();
        options.TextColumnName = "Words";
        options.Network = options.Network with { Structure = NetworkStructure.GivenTree };
        options.Training = options.Training with { MaximumEpochs = 1 };

        var failure = Refused(_context.MulticlassClassification.Trainers.RevGru(options).Fit(data), data);

        StringAssert.Contains(failure.Message, "Structure is GivenTree");
    }

    [TestMethod]
    public void ALanguageModelWithContextsIsRefusedWithAdvice()
    {
        var data = _context.Data.LoadFromEnumerable(TestData.Rows(20).Select(row => new WordsAndLabel { Words = row.Words, Label = row.Label! }));
        var keyed = _context.Transforms.Conversion.MapValueToKey("Words").Fit(data).Transform(data);
        var options = Small.LanguageModel();
        (options.InputColumnName, options.ContextColumnName) = ("Words", "Label");
        options.Model = options.Model with { Layout = TextLayout.Documents };
        options.Training = options.Training with { MaximumEpochs = 1 };

        var failure = Refused(_context.Transforms.Text.RevLanguageModel(options).Fit(keyed), keyed);

        StringAssert.Contains(failure.Message, "contexts, of column 'Label'. Write the model by itself with SaveAsOnnx");
    }

    /// <summary>Some columns, as data that were not made by another part: such a part would be converted too.</summary>
    private IDataView Data(IDataView data, params string[] columns) => _context.Data.Cache(_context.Transforms.SelectColumns(columns).Fit(data).Transform(data));

    private NotSupportedException Refused(ITransformer model, IDataView data)
        => Assert.ThrowsExactly<NotSupportedException>(() => _context.Model.ConvertToOnnx(model, data, new MemoryStream()));

    private string Convert(TemporaryFolder folder, ITransformer model, IDataView data)
    {
        var path = folder.File("pipeline.onnx");
        using var file = File.Create(path);
        _context.Model.ConvertToOnnx(model, data, file);
        return path;
    }

    private IDataView Apply(string path, string[] outputs, string[] inputs, IDataView data)
        => _context.Transforms.ApplyOnnxModel(outputs, inputs, path, gpuDeviceId: null, fallbackToCpu: false).Fit(data).Transform(data);

    private static IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession session, uint[] keys)
    {
        using var options = new RunOptions();
        var inputs = new Dictionary<string, OrtValue>();
        foreach (var (name, input) in session.InputMetadata)
        {
            inputs[name] = name == "Words" ? OrtValue.CreateTensorValueFromMemory(keys, [1, keys.Length])
                : input.ElementType == typeof(bool) ? OrtValue.CreateTensorValueFromMemory(new bool[3], [1, name == "Flags" ? 3 : 1])
                : OrtValue.CreateTensorValueFromMemory(keys, [1, keys.Length]);
        }
        return session.Run(options, inputs, _outputs);
    }

    private static readonly string[] _outputs =
    [
        "Score.output", "Probability.output", "PredictedLabel.output", "FlagScore.output", "PredictedFlags.output", "TagScore.output", "PredictedTags.output",
        "LogLikelihood.output", "Perplexity.output", "TokenCount.output",
    ];

    private static void Compare(IReadOnlyList<OrtValue> results, IDataView expected, int row)
    {
        AreClose([Value<float>("Score")], Of<float>(0));
        AreClose([Value<float>("Probability")], Of<float>(1));
        Assert.AreEqual(Value<bool>("PredictedLabel"), Of<bool>(2).Single());
        AreClose(Value<float[]>("FlagScore"), Of<float>(3));
        CollectionAssert.AreEqual(Value<bool[]>("PredictedFlags"), Of<bool>(4));
        AreClose(Value<float[]>("TagScore"), Of<float>(5));
        CollectionAssert.AreEqual(Value<uint[]>("PredictedTags"), Of<uint>(6));
        AreClose([Value<float>("LogLikelihood")], Of<float>(7), 1e-2f);
        AreClose([Value<float>("Perplexity")], Of<float>(8), 1e-2f);
        Assert.AreEqual(Value<int>("TokenCount"), Of<int>(9).Single());

        T Value<T>(string column) => expected.GetColumn<T>(column).ElementAt(row);

        T[] Of<T>(int index)
            where T : unmanaged
            => results[index].GetTensorDataAsSpan<T>().ToArray();
    }

    private static void AreClose(IDataView expected, IDataView actual, string column, float most = 1e-3f)
    {
        foreach (var (a, b) in expected.GetColumn<float[]>(column).Zip(actual.GetColumn<float[]>(column)))
            AreClose(a, b, most);
    }

    private static void AreClose(float[] expected, float[] actual, float most = 1e-3f)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], most);
    }

    private sealed class WordsAndLabel
    {
        public string[] Words { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
