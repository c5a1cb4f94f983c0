using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Estimators that start from word vectors of a file.</summary>
[TestClass]
public sealed class WordVectorTests : IDisposable
{
    private readonly MLContext _context = new(seed: 3);
    private readonly List<(ChannelMessageKind Kind, string Text)> _log = [];
    private readonly TemporaryFolder _folder = new();

    public WordVectorTests()
    {
        _context.Log += (_, e) => _log.Add((e.Kind, e.RawMessage));
        File.WriteAllText(Path, RelatedWords.Vectors);
    }

    private string Path => _folder.File("words.txt");

    public void Dispose() => _folder.Dispose();

    /// <summary>All that is known of the words of the test is their vectors.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void WordsNeverSeenInTrainingAreUnderstood(bool frozen)
    {
        var test = Keyed(RelatedWords.Rows(50, areUnseen: true));

        var model = Fit(new() { Path = Path, IsFrozen = frozen, AddsUnseenWords = true });

        Assert.AreEqual(1, Accuracy(model, test));
        Assert.AreEqual(RelatedWords.Dimension, model.Network.EmbeddingSize);
        // Without vectors, or where only words of the training are known, all texts are alike.
        Assert.AreEqual(0.5, Accuracy(Fit(null), test));
        Assert.AreEqual(0.5, Accuracy(Fit(new() { Path = Path, IsFrozen = frozen }), test));
    }

    [TestMethod]
    public void ASavedModelDoesNotNeedTheFile()
    {
        var model = Fit(new() { Path = Path, AddsUnseenWords = true });
        var probes = Keyed(RelatedWords.Rows(20, areUnseen: true));
        var bits = Trained.ScoreBits(model, probes);
        File.Delete(Path);

        CollectionAssert.AreEqual(bits, Trained.ScoreBits(model, probes));
        var loaded = (RevRnnClassificationTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);
        CollectionAssert.AreEqual(bits, Trained.ScoreBits(loaded, probes));
        Assert.AreEqual(1, loaded.Report!.VectorTokenShare);
    }

    [TestMethod]
    public void TheSameSeedAndContentGiveTheSameBytes()
    {
        var bytes = ModelFileImage.Of(Fit(new() { Path = Path })).Component;
        File.Copy(Path, _folder.File("same.txt"));

        CollectionAssert.AreEqual(bytes, ModelFileImage.Of(Fit(new() { Path = _folder.File("same.txt") })).Component);
    }

    [TestMethod]
    public void CoverageIsTold()
    {
        Fit(new() { Path = Path });

        Assert.IsTrue(_log.Any(line => line.Kind == ChannelMessageKind.Info && line.Text ==
            $"100.0 % of the 40 distinct words and 100.0 % of all 180 have a vector of 6 numbers in '{Path}'."), string.Join('\n', _log));
        Assert.IsFalse(_log.Any(line => line.Kind == ChannelMessageKind.Warning));
    }

    /// <summary>Of the tokens a has three in eight, b two, and c and d have the others; a has a vector.</summary>
    [TestMethod]
    public void LittleCoverageIsWarnedOf()
    {
        File.WriteAllText(Path, "1 2\na 1 2\n");
        var rows = new[] { "a a b c", "a b d d" }.Select((text, i) => new LabelledText { Label = RelatedWords.Labels[i], Text = text });

        var model = Trainer(Options(new() { Path = Path })).Fit(Keyed([.. rows]));

        var warning = _log.Single(line => line.Kind == ChannelMessageKind.Warning).Text;
        StringAssert.StartsWith(warning, $"25.0 % of the 4 distinct words and 37.5 % of all 8 have a vector of 2 numbers in '{Path}'. The others start from random ones.");
        StringAssert.Contains(warning, "Lowercase and Normalization of Vocabulary");
        Assert.AreEqual(0.375, model.Report!.VectorTokenShare);
        Assert.IsNull(Trained.Classifier.Report!.VectorTokenShare);
        var page = _folder.File("report.html");
        model.Report.SaveHtml(page);
        StringAssert.Contains(File.ReadAllText(page), "<dt>Tokens with a word vector</dt><dd>37.5 %</dd>");
    }

    [TestMethod]
    public void EachEstimatorStartsFromThem()
    {
        var vectors = new WordVectorOptions { Path = Path };
        foreach (var kind in Enum.GetValues<TrainerKind>())
        {
            var options = EachTrainer.Options(kind);
            AssertStarts(options, () => EachTrainer.Fit(_context, options));
        }
        var features = Small.Features();
        AssertStarts(features, () => _context.Transforms.RevLstm(features).Fit(Trained.Data(10)));
        var language = Small.LanguageModel();
        AssertStarts(language, () => _context.Transforms.Text.RevLanguageModel(language).Fit(Trained.Data(10)));

        void AssertStarts(RevRnnOptions options, Func<RevRnnTransformer> fit)
        {
            options.WordVectors = vectors;
            options.Network = options.Network with { EmbeddingSize = new NetworkOptions().EmbeddingSize };
            options.Training = options.Training with { MaximumEpochs = 1 };
            Assert.AreEqual(RelatedWords.Dimension, fit().Network.EmbeddingSize, options.GetType().Name);
        }
    }

    [TestMethod]
    public void KeysOfTextHaveTheirs()
    {
        File.WriteAllText(Path, "Iron 1 2\nrain 1 2\nthe 2 3\n");
        var options = Small.Tagging();
        options.WordVectors = new() { Path = Path };
        options.Network = options.Network with { EmbeddingSize = 2 };

        var model = (RevRnnTaggingTransformer)EachTrainer.Fit(_context, options);

        Assert.AreEqual(2, model.Network.EmbeddingSize);
        var words = Trained.Tagged(40).GetColumn<uint[]>("Words").SelectMany(keys => keys).ToArray();
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        Trained.Tagged(1).Schema["Words"].GetKeyValues(ref names);
        var covered = words.Count(word => names.GetValues()[(int)word - 1].ToString() is "iron" or "rain" or "the");
        Assert.AreEqual((double)covered / words.Length, model.Report!.VectorTokenShare);
    }

    [TestMethod]
    public void KeysThatStandForNothingAreRefused()
    {
        var options = Small.LanguageModel();
        options.InputColumnName = "Keys";
        options.Network = new();
        options.WordVectors = new() { Path = Path };
        var data = _context.Data.LoadFromEnumerable([new KeyRow { Keys = [1, 2, 3] }]);

        var failure = Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(options).Fit(data));

        StringAssert.Contains(failure.Message, "The keys in the input column 'Keys' do not say which words they stand for");
    }

    [TestMethod]
    public void AnotherLengthIsRefused()
    {
        var options = Options(new() { Path = Path });
        options.Network = options.Network with { EmbeddingSize = 50 };

        var failure = Assert.ThrowsExactly<ArgumentException>(() => Trainer(options).Fit(Data()));

        StringAssert.Contains(failure.Message, $"EmbeddingSize is 50, and the word vectors of '{Path}' have 6 numbers. Leave it out of Network or set it to 6; or use vectors of 50.");
        options.Network = options.Network with { EmbeddingSize = 6 };
        Assert.AreEqual(6, Trainer(options).Fit(Data()).Network.EmbeddingSize);
    }

    [TestMethod]
    public void ErrorsOfTheFileReachTheCaller()
    {
        Assert.ThrowsExactly<FileNotFoundException>(() => Fit(new() { Path = _folder.File("none.vec") }));
        File.WriteAllText(Path, $"x 1 2\n{RelatedWords.Rows(1, areUnseen: false)[0].Words[0]} 1 y\n");
        var failure = Assert.ThrowsExactly<FormatException>(() => Fit(new() { Path = Path }));
        StringAssert.Contains(failure.Message, $"'{Path}', line 2: number 2 of ");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Fit(new() { Path = "" })).Message, "Path of the word vectors is empty");
        var options = Options(new() { Path = Path });
        options.Vocabulary = options.Vocabulary with { Kind = TokenKind.Characters };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Trainer(options).Fit(Data())).Message, "Kind is Characters");
    }

    [TestMethod]
    public void AModelThatHasVectorsIsRefused()
    {
        var vectors = new WordVectorOptions { Path = Path };
        var options = Options(vectors);
        options.LanguageModel = Trained.LanguageModel;
        AssertRefused("WordVectors and LanguageModel are both set", () => Trainer(options));
        var features = Small.Features();
        (features.WordVectors, features.LanguageModel) = (vectors, Trained.LanguageModel);
        AssertRefused("WordVectors and LanguageModel are both set", () => _context.Transforms.RevLstm(features));
        (features.LanguageModel, features.Encoder) = (null, Trained.Features);
        AssertRefused("WordVectors and Encoder are both set", () => _context.Transforms.RevGru(features));
        var model = Fit(vectors);
        AssertRefused("WordVectors is set, and Fit was given a model to go on with", () => Trainer(Options(vectors)).Fit(Data(), model));
        // Without them it goes on, with the network that the model has.
        Assert.AreEqual(RelatedWords.Dimension, Trainer(Options(null)).Fit(Data(), model).Network.EmbeddingSize);

        static void AssertRefused(string message, Action action) => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(action).Message, message);
    }

    [TestMethod]
    public void OptionsAreWrittenAndSearched()
    {
        var options = Options(new() { Path = "a.vec", IsFrozen = true, AddsUnseenWords = true });

        var back = JsonSerializer.Deserialize<RevRnnClassificationOptions>(JsonSerializer.Serialize(options))!;

        Assert.AreEqual(options.WordVectors, back.WordVectors);
        Assert.AreEqual(new NetworkOptions().EmbeddingSize, new RevRnnHyperparameters { EmbeddingSize = 64 }.ApplyTo(options).Network.EmbeddingSize);
        Assert.AreEqual(64, new RevRnnHyperparameters { EmbeddingSize = 64 }.ApplyTo(Options(null)).Network.EmbeddingSize);
    }

    [TestMethod]
    public void ReadingIsCancelled()
    {
        using var source = new CancellationTokenSource();
        var options = Options(new() { Path = Path });
        options.CancellationToken = source.Token;
        _context.Log += (_, e) =>
        {
            if (e.RawMessage.StartsWith($"Reading word vectors: '{Path}', 0.0 MB", StringComparison.Ordinal))
                source.Cancel();
        };

        Assert.ThrowsExactly<OperationCanceledException>(() => Trainer(options).Fit(Data()));

        Assert.IsTrue(source.IsCancellationRequested);
        Assert.IsFalse(_log.Any(line => line.Text.Contains("have a vector", StringComparison.Ordinal)));
    }

    private RevRnnClassificationTransformer Fit(WordVectorOptions? vectors) => Trainer(Options(vectors)).Fit(Data());

    private RevRnnClassificationTrainer Trainer(RevRnnClassificationOptions options) => _context.MulticlassClassification.Trainers.RevLstm(options);

    private static RevRnnClassificationOptions Options(WordVectorOptions? vectors)
    {
        var options = Small.Classification();
        options.WordVectors = vectors;
        options.Network = options.Network with { EmbeddingSize = new NetworkOptions().EmbeddingSize };
        return options;
    }

    private IDataView Data() => Keyed(RelatedWords.Rows(60, areUnseen: false));

    private IDataView Keyed(IReadOnlyList<LabelledText> rows)
    {
        var data = _context.Data.LoadFromEnumerable(rows);
        return _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private double Accuracy(RevRnnClassificationTransformer model, IDataView test) => _context.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;

    private sealed class KeyRow
    {
        [KeyType(5)]
        public uint[] Keys { get; set; } = [];
    }
}
