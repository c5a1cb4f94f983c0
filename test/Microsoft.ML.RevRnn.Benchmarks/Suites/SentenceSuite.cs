namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What models of other kinds than classifiers make of labelled sentences: language models that are told the label, and echo state networks.</summary>
internal sealed class SentenceSuite : ISuite
{
    private const int Units = 64;
    private const int Epochs = 5;
    private const int ReservoirUnits = 300;

    public string Name => "sentences";

    public string Title => "labelled sentences: language models that are told the label, and echo state networks";

    public string Method =>
        "SST-2 (--data says where): train.tsv trains, dev.tsv is measured; words with less than 2 occurrences are unknown. "
        + $"Context: a word language model, RevGRU, one layer, E = H = {Units}, {Epochs} epochs, seed 1, of sentences by themselves; the perplexity of one that is told the label at each step and as its first states, "
        + "against the same without. /sigmas is the mean gain of a sentence over its standard error. /accuracy is how often p(text | label) is larger of the right label; the larger class has 0.51. "
        + $"Reservoir: a ridge regression on the mean states of an echo state network of {ReservoirUnits} units a direction, with its defaults, the best of three ridges, mean of three seeds, against the same on a bag of the "
        + "2,000 most frequent words.";

    public void Run(Settings settings, IReport report)
    {
        if (settings.Data is not { } data || !File.Exists(Path.Combine(data.FullName, "sst2", "train.tsv")))
        {
            report.Skip("SST-2 was not found. Give with --data a folder that has sst2/train.tsv and sst2/dev.tsv, rows of text and label.");
            return;
        }
        var (train, dev) = (Sentence.Read(data, "train.tsv"), Sentence.Read(data, "dev.tsv"));
        if (settings.Wants("context"))
            RunContext(train, dev, settings.Threads, report);
        if (settings.Wants("reservoir"))
            RunReservoir(train, dev, report);
    }

    private void RunContext(Sentence[] train, Sentence[] dev, int threads, IReport report)
    {
        var tokenizer = TextTokenizer.Learn([.. train.Select(sentence => sentence.Text.AsMemory())], new VocabularyOptions { MinimumCount = 2 });
        int[][] Tokens(Sentence[] sentences) => [.. sentences.Select(sentence => tokenizer.Encode(sentence.Text))];
        float[][] labels = [[1, 0], [0, 1]];
        var (texts, tests) = (Tokens(train), Tokens(dev));
        LanguageModel Train(TextContexts? contexts) => LanguageModel.Train(
            texts, tokenizer.Size, new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = Units, HiddenSize = Units },
            new LanguageModelOptions { Layout = TextLayout.Documents, Contexts = contexts },
            new TrainingOptions { MaximumEpochs = Epochs, Dropout = 0.4f, ThreadCount = threads, Seed = 1 }).Model;
        var plain = Train(null);
        var told = Train(new TextContexts { Vectors = [.. train.Select(sentence => labels[sentence.Label])] });
        var (without, with, gains, right) = (default(SequenceScore), default(SequenceScore), new List<double>(), 0);
        for (var i = 0; i < dev.Length; i++)
        {
            var (ofPlain, ofTold) = (plain.Score(tests[i]), told.Score(tests[i], null, labels[dev[i].Label]));
            (without, with) = (without + ofPlain, with + ofTold);
            gains.Add(ofTold.LogLikelihood - ofPlain.LogLikelihood);
            var likelihoods = told.LogLikelihoods(tests[i], labels);
            right += likelihoods[1] > likelihoods[0] == (dev[i].Label == 1) ? 1 : 0;
        }
        var mean = gains.Average();
        var error = Math.Sqrt(gains.Sum(gain => (gain - mean) * (gain - mean)) / gains.Count / (gains.Count - 1));
        report.Add(new Measurement(Name, "context", with.Perplexity, "") { Theirs = without.Perplexity, Against = "the same without a context" });
        report.Add(new Measurement(Name, "context", mean / error, "") { Aspect = "sigmas" });
        report.Add(new Measurement(Name, "context", (double)right / dev.Length, "") { Aspect = "accuracy" });
    }

    private void RunReservoir(Sentence[] train, Sentence[] dev, IReport report)
    {
        var accuracies = Enumerable.Range(1, 3).Select(seed =>
        {
            var encoder = new EchoStateEncoder(new EchoStateOptions { Units = ReservoirUnits, Seed = seed });
            double[] Features(Sentence sentence)
            {
                var features = new float[encoder.FeatureCount];
                encoder.Encode(sentence.Text, features);
                return Array.ConvertAll(features, value => (double)value);
            }
            return Accuracy(Standardized([.. train.Select(Features)], [.. dev.Select(Features)]), train, dev);
        }).ToList();
        report.Add(new Measurement(Name, "reservoir", accuracies.Average(), "") { Theirs = BagOfWords(train, dev), Against = "a bag of words", Runs = accuracies.Count });
    }

    private static double BagOfWords(Sentence[] train, Sentence[] dev)
    {
        static string[] Words(Sentence sentence) => sentence.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var known = train.SelectMany(Words).CountBy(word => word).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(2000).Select((pair, i) => (pair.Key, Index: i + 1)).ToDictionary(pair => pair.Key, pair => pair.Index);
        double[] Features(Sentence sentence)
        {
            var counts = new double[known.Count + 1];
            counts[0] = 1;
            foreach (var word in Words(sentence))
                counts[known.GetValueOrDefault(word)] += known.ContainsKey(word) ? 1 : 0;
            return counts;
        }
        return Accuracy(([.. train.Select(Features)], [.. dev.Select(Features)]), train, dev);
    }

    /// <summary>The accuracy by the best of three ridges.</summary>
    private static double Accuracy((double[][] Training, double[][] Tests) features, Sentence[] train, Sentence[] dev)
    {
        double[][] targets = [.. train.Select(sentence => new[] { sentence.Label * 2.0 - 1 })];
        return new[] { 30.0, 300, 3000 }.Max(ridge =>
        {
            var readout = RidgeReadout.Fit(features.Training, targets, ridge);
            return dev.Select((sentence, i) => readout.Predict(features.Tests[i])[0] > 0 == (sentence.Label == 1)).Count(isRight => isRight) / (double)dev.Length;
        });
    }

    /// <summary>Each feature with mean 0 and deviation 1 over the training sentences, behind a constant.</summary>
    private static (double[][] Training, double[][] Tests) Standardized(double[][] training, double[][] tests)
    {
        var count = training[0].Length;
        var (means, deviations) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            means[i] = training.Average(row => row[i]);
            deviations[i] = Math.Sqrt(training.Average(row => (row[i] - means[i]) * (row[i] - means[i]))) + 1e-9;
        }
        double[] Of(double[] row) => [1, .. row.Select((value, i) => (value - means[i]) / deviations[i])];
        return ([.. training.Select(Of)], [.. tests.Select(Of)]);
    }
}
