namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>SST-2 in words: what networks of the engine make of it that are trained on train.tsv and measured on dev.tsv.</summary>
internal sealed class LabelledSentences
{
    private readonly Sentence[] _train, _dev;
    private readonly TextTokenizer _tokenizer;

    /// <param name="data">The folder that has sst2/.</param>
    public LabelledSentences(DirectoryInfo data)
    {
        (_train, _dev) = (Sentence.Read(data, "train.tsv"), Sentence.Read(data, "dev.tsv"));
        _tokenizer = TextTokenizer.Learn([.. _train.Select(sentence => sentence.Text.AsMemory())], new VocabularyOptions { MinimumCount = 2 });
    }

    /// <summary>Of a classifier.</summary>
    public double Accuracy(NetworkOptions network, int epochs, int threads, int seed)
    {
        var classifier = SequenceClassifier.Train(
            Tokens(_train), [.. _train.Select(sentence => sentence.Label)], 2, _tokenizer.Size, network, Training(epochs, threads, seed)).Model;
        var probabilities = new float[2];
        return Tokens(_dev).Zip(_dev).Count(pair => classifier.Predict(pair.First, probabilities, temperature: 1) == pair.Second.Label) / (double)_dev.Length;
    }

    /// <summary>Of a language model of single sentences; and of one that chooses among sets of weights, how many bits a token tells of the choice, else 0.</summary>
    public (double Perplexity, double Bits) Perplexity(NetworkOptions network, int epochs, int threads, int seed)
    {
        var model = LanguageModel.Train(
            Tokens(_train), _tokenizer.Size, network, new LanguageModelOptions { Layout = TextLayout.Documents }, Training(epochs, threads, seed)).Model;
        var texts = Tokens(_dev);
        var bits = 0.0;
        if (network.Cell == CellKind.MixedGru)
        {
            int[] chosen = [.. texts.SelectMany(tokens => CellMixture.Chosen(model, tokens))];
            bits = CellMixture.MutualInformation(CellMixture.Histogram([.. texts.SelectMany(tokens => tokens)], chosen, _tokenizer.Size, network.MixtureSize));
        }
        return (texts.Aggregate(default(SequenceScore), (sum, tokens) => sum + model.Score(tokens)).Perplexity, bits);
    }

    private static TrainingOptions Training(int epochs, int threads, int seed) => new() { MaximumEpochs = epochs, Dropout = 0.4f, ThreadCount = threads, Seed = seed };

    private int[][] Tokens(Sentence[] sentences) => [.. sentences.Select(sentence => _tokenizer.Encode(sentence.Text))];
}
