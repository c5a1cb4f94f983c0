using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Networks;
using Samples;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What scoring many texts side by side gains, and what one prediction takes, in the engine and in an ML.NET pipeline.</summary>
internal sealed class ScoringSuite : ISuite
{
    private const int Texts = 2_048;
    private const int Tokens = 20;
    private const int Units = 256;
    private const int ManyTexts = 100_000;
    private const int ManyThreads = 32;

    private static readonly Pace _pace = new(TimeSpan.FromSeconds(6)) { WarmUp = TimeSpan.FromSeconds(2) };

    public string Name => "scoring";

    public string Title => "texts a second that a trained classifier scores, side by side and one by one";

    public string Method =>
        $"{Texts:N0} texts of {Tokens} tokens of the documentation's summaries, joined and cut, {Units} units, 128 inputs, one thread. many: SequenceClassifier.PredictMany, against a network that runs text after text "
        + "and neither shares nor keeps a product. one: SequenceClassifier.Predict, against the same. transform: a pipeline's Transform with tokens of words and n-grams, against the same rows one by one. "
        + "engine: microseconds and bytes allocated of PredictionEngine.Predict of one text, into a row of one's own. "
        + $"threads: {ManyTexts:N0} texts of as many, by {ManyThreads} threads on one classifier, each one text at a time, against one thread; how many probabilities are another one's, and what the process "
        + "has in memory after the first tenth and after all.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var cell in Support.ReversibleCells)
        {
            if (settings.Wants($"{cell}/many") || settings.Wants($"{cell}/one"))
                RunEngine(settings, cell, report);
            if (settings.Wants($"{cell}/threads"))
                RunThreads(cell, report);
            foreach (var withNGrams in (bool[])[false, true])
            {
                var name = withNGrams ? $"{cell}/n-grams" : $"{cell}";
                if (settings.Wants($"{name}/transform") || settings.Wants($"{name}/engine"))
                    RunPipeline(cell, withNGrams, name, report);
            }
        }
    }

    private void RunEngine(Settings settings, CellKind cell, IReport report)
    {
        var texts = Cut();
        var tokenizer = TextTokenizer.Learn([.. texts.Select(text => text.Text.AsMemory())], new VocabularyOptions());
        int[][] sequences = [.. texts.Select(text => tokenizer.Encode(text.Text))];
        var classifier = Classifier(cell, tokenizer);
        using var plain = new PlainScorer(classifier.Parameters);
        var probabilities = new float[classifier.ClassCount];
        Add("many", () => classifier.PredictMany(sequences));
        Add("one", () =>
        {
            foreach (var sequence in sequences)
                classifier.Predict(sequence, probabilities);
        });

        void Add(string what, Action action)
        {
            if (!settings.Wants($"{cell}/{what}"))
                return;
            var timings = Alternation.Run(_pace, new TimedAction(action), new TimedAction(() => plain.Run(sequences)));
            report.Add(new Measurement(Name, $"{cell}/{what}", Texts / timings.Medians[0] * 1000, "texts/s")
            {
                Theirs = Texts / timings.Medians[1] * 1000,
                Against = "text by text, nothing kept",
                Runs = timings.Runs,
            });
        }
    }

    private void RunThreads(CellKind cell, IReport report)
    {
        string[] words = [.. Cut().SelectMany(text => text.Text.Split(' '))];
        var tokenizer = TextTokenizer.Learn([string.Join(' ', words).AsMemory()], new VocabularyOptions());
        // Each begins some words after the one before, and goes on at the beginning where the words end.
        int[][] sequences = [.. Enumerable.Range(0, ManyTexts).Select(i => tokenizer.Encode(string.Join(' ', Enumerable.Range(7 * i, Tokens).Select(word => words[word % words.Length]))))];
        var model = new SharedModel(Classifier(cell, tokenizer), sequences);
        model.Run(ManyThreads, ManyTexts / 10);
        var before = SharedModel.ResidentBytes();
        var together = model.Run(ManyThreads, ManyTexts);
        var after = SharedModel.ResidentBytes();
        var bits = model.Bits();
        var alone = model.Run(1, ManyTexts);
        var different = model.Bits().Zip(bits, (one, other) => one == other ? 0 : 1).Sum();
        report.Add(new Measurement(Name, $"{cell}/threads", ManyTexts / together, "texts/s") { Theirs = ManyTexts / alone, Against = "one thread", Runs = 1 });
        report.Add(new Measurement(Name, $"{cell}/threads", different, "probabilities") { Aspect = "different" });
        report.Add(new Measurement(Name, $"{cell}/threads", after, "bytes") { Aspect = "resident", Theirs = before, Against = "after the first tenth" });
    }

    private static SequenceClassifier Classifier(CellKind cell, TextTokenizer tokenizer)
        => Untrained.Classifier(new NetworkShape(new() { Cell = cell, EmbeddingSize = 128, HiddenSize = Units }, tokenizer.Size), classes: 12);

    private void RunPipeline(CellKind cell, bool withNGrams, string name, IReport report)
    {
        var context = new MLContext(1);
        var data = context.Data.LoadFromEnumerable(Cut());
        var options = new RevRnnClassificationOptions
        {
            Network = new() { Cell = cell, EmbeddingSize = 128, HiddenSize = Units },
            Training = new() { MaximumEpochs = 1, ThreadCount = 1 },
        };
        if (!withNGrams)
            options.NGrams = null;
        var trainers = context.MulticlassClassification.Trainers;
        var model = context.Transforms.Conversion.MapValueToKey("Label").Append(Support.IsLstm(cell) ? trainers.RevLstm(options) : trainers.RevGru(options)).Fit(data);
        var timings = Alternation.Run(_pace, new TimedAction(() => Sum(Scores(model.LastTransformer.Transform(data)))), new TimedAction(() => SumOneByOne(model.LastTransformer, data)));
        report.Add(new Measurement(Name, $"{name}/transform", Texts / timings.Medians[0] * 1000, "texts/s")
        {
            Theirs = Texts / timings.Medians[1] * 1000,
            Against = "row by row",
            Runs = timings.Runs,
        });
        MeasureEngine(context, model, name, report);
    }

    private void MeasureEngine(MLContext context, ITransformer model, string name, IReport report)
    {
        using var engine = context.Model.CreatePredictionEngine<LabelledText, Scored>(model);
        var rows = Cut();
        var (scored, next) = (new Scored(), 0);
        void Predict() => engine.Predict(rows[next++ % rows.Length], ref scored);
        var timings = Alternation.Run(_pace, new TimedAction(Predict));
        report.Add(new Measurement(Name, $"{name}/engine", timings.Medians[0] * 1000, "µs") { Runs = timings.Runs });
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Texts; i++)
            Predict();
        report.Add(new Measurement(Name, $"{name}/engine", (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Texts, "bytes") { Aspect = "allocated" });
    }

    private static IEnumerable<VBuffer<float>> Scores(IDataView view) => view.GetColumn<VBuffer<float>>("Score");

    private static float Sum(IEnumerable<VBuffer<float>> scores) => scores.Sum(score => score.GetItemOrDefault(0));

    private static float SumOneByOne(ITransformer model, IDataView data)
    {
        var mapper = model.GetRowToRowMapper(data.Schema);
        using var input = data.GetRowCursor([data.Schema["Text"]]);
        using var row = mapper.GetRow(input, [mapper.OutputSchema["Score"]]);
        var getScore = row.GetGetter<VBuffer<float>>(mapper.OutputSchema["Score"]);
        var (score, sum) = (default(VBuffer<float>), 0f);
        while (input.MoveNext())
        {
            getScore(ref score);
            sum += score.GetItemOrDefault(0);
        }
        return sum;
    }

    /// <summary>The summaries as one text, cut into pieces of so many tokens: words, and each other character by itself.</summary>
    private static LabelledText[] Cut()
    {
        var rows = SequenceClassification.DocumentationCorpus.Read(12).Take(4 * Texts).ToArray();
        var tokenizer = TextTokenizer.Learn([rows[0].Text.AsMemory()], new VocabularyOptions());
        return [.. rows.SelectMany(row => tokenizer.Pieces(row.Text).Select(word => (word, row.Label))).Chunk(Tokens).Where(piece => piece.Length == Tokens).Take(Texts)
            .Select(piece => new LabelledText { Text = string.Join(' ', piece.Select(part => part.word)), Label = piece[0].Label })];
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
