namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Models that several tests look at, trained once.</summary>
internal static class Trained
{
    public static MLContext Context { get; } = new(seed: 7);

    private static readonly Lazy<RevRnnClassificationTransformer> _classifier = new(() =>
        Context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(Keyed()));

    private static readonly Lazy<RevRnnFeaturesTransformer> _features = new(() => Context.Transforms.RevGru(Small.Features()).Fit(Data()));

    private static readonly Lazy<RevLanguageModelTransformer> _languageModel = new(() =>
        Context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Data()));

    private static readonly Lazy<RevLanguageModelTransformer> _counter = new(() =>
    {
        var options = Small.LanguageModel();
        options.Model = options.Model with { Layout = TextLayout.Documents };
        options.Training = options.Training with { MaximumEpochs = 30 };
        return Context.Transforms.Text.RevLanguageModel(options).Fit(Texts([.. Enumerable.Repeat(Count, 40)]));
    });

    private static readonly Lazy<RevLanguageModelTransformer> _keyModel = new(() =>
    {
        var options = Small.LanguageModel();
        options.InputColumnName = "Words";
        return Context.Transforms.Text.RevLanguageModel(options).Fit(KeyedWords());
    });

    private static readonly Lazy<RevTranslationTransformer> _translator = new(() =>
        Context.Transforms.Text.RevTranslation(Small.Translation()).Fit(PairData.Data()));

    private static readonly Lazy<RevTranslationTransformer> _keyTranslator = new(() =>
    {
        var options = Small.Translation();
        options.SourceColumnName = "SourceWords";
        options.TargetColumnName = "TargetWords";
        options.AlignmentColumnName = "Alignment";
        return Context.Transforms.Text.RevTranslation(options).Fit(PairData.Keyed());
    });

    private static readonly Lazy<RevRnnBinaryClassificationTransformer> _binary = new(() =>
        Context.BinaryClassification.Trainers.RevLstm(Small.Binary()).Fit(Mixed()));

    private static readonly Lazy<RevRnnMultiLabelTransformer> _multiLabel = new(() =>
        Context.MulticlassClassification.Trainers.RevLstmMultiLabel(Small.MultiLabel()).Fit(Mixed()));

    private static readonly Lazy<RevRnnTaggingTransformer> _tagger = new(() =>
        Context.MulticlassClassification.Trainers.RevLstmTagger(Small.Tagging()).Fit(Tagged()));

    /// <summary>The text that <see cref="Counter"/> knows by heart.</summary>
    public const string Count = "one two three four five six seven eight";

    /// <summary>Makes the keys of <see cref="Tagged"/>, the same ones for all rows.</summary>
    public static ITransformer Keys { get; } = Context.Transforms.Conversion.MapValueToKey("Words")
        .Append(Context.Transforms.Conversion.MapValueToKey("Kinds"))
        .Append(Context.Transforms.Conversion.MapValueToKey("Tags"))
        .Fit(Mixed());

    /// <summary>A RevLSTM classifier of <see cref="Keyed"/>.</summary>
    public static RevRnnClassificationTransformer Classifier => _classifier.Value;

    /// <summary>RevGRU features of <see cref="Data"/>.</summary>
    public static RevRnnFeaturesTransformer Features => _features.Value;

    /// <summary>A RevLSTM language model of the words of <see cref="Data"/>.</summary>
    public static RevLanguageModelTransformer LanguageModel => _languageModel.Value;

    /// <summary>A RevLSTM language model that has read nothing but <see cref="Count"/>.</summary>
    public static RevLanguageModelTransformer Counter => _counter.Value;

    /// <summary>A RevLSTM language model of <see cref="KeyedWords"/>.</summary>
    public static RevLanguageModelTransformer KeyModel => _keyModel.Value;

    /// <summary>A RevLSTM that translates the words of <see cref="PairData"/>.</summary>
    public static RevTranslationTransformer Translator => _translator.Value;

    /// <summary>One of the keys of words.</summary>
    public static RevTranslationTransformer KeyTranslator => _keyTranslator.Value;

    /// <summary>A RevLSTM that tells whether <see cref="Mixed"/> has a metal.</summary>
    public static RevRnnBinaryClassificationTransformer Binary => _binary.Value;

    /// <summary>A RevLSTM that tells the kinds in <see cref="Mixed"/> by their flags.</summary>
    public static RevRnnMultiLabelTransformer MultiLabel => _multiLabel.Value;

    /// <summary>A RevLSTM that tells the tags of <see cref="Tagged"/>.</summary>
    public static RevRnnTaggingTransformer Tagger => _tagger.Value;

    public static IDataView Data(int count = 60, int seed = 1) => Context.Data.LoadFromEnumerable(TestData.Rows(count, seed));

    public static IDataView Probes() => Context.Data.LoadFromEnumerable(TestData.Probes);

    /// <summary>Data whose label is a key.</summary>
    public static IDataView Keyed(int count = 60, int seed = 1)
    {
        var data = Data(count, seed);
        return Context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    /// <summary>Data with labels of every kind, as they are.</summary>
    public static IDataView Mixed(int count = 300, int seed = 1) => Context.Data.LoadFromEnumerable(TestData.MixedRows(count, seed));

    /// <summary>The same, with keys for words, kinds and tags.</summary>
    public static IDataView Tagged(int count = 300, int seed = 1) => Keys.Transform(Mixed(count, seed));

    /// <summary>Data whose words are keys.</summary>
    public static IDataView KeyedWords()
    {
        var data = Data();
        return Context.Transforms.Conversion.MapValueToKey("Words").Fit(data).Transform(data);
    }

    /// <summary>Texts, one a row.</summary>
    public static IDataView Texts(params string[] texts) => Context.Data.LoadFromEnumerable(texts.Select(text => new LabelledText { Text = text }));

    public static string[] ScoreBits(ITransformer model, IDataView? data = null) => Bits.Lines(model.Transform(data ?? Probes()), "Score");
}
