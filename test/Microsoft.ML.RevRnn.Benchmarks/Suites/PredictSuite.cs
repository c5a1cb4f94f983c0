using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>How fast a trained classifier reads, and a language model writes.</summary>
internal sealed class PredictSuite : ISuite
{
    private const int VocabularySize = 20_000;
    private const int Classes = 12;
    private const int Texts = 16;
    private const int Characters = 100;
    private const int GeneratedTokens = 2000;

    private static readonly int[] _lengths = [10, 100, 1000, 10_000];
    private static readonly Pace _pace = new(TimeSpan.FromSeconds(1));

    public string Name => "predict";

    public string Title => "tokens a second that a trained classifier reads, and that a language model writes";

    public string Method =>
        $"SequenceClassifier.Predict on one thread, one text at a time, embedding 128, {VocabularySize:N0} words, {Classes} classes. "
        + $"generate: LanguageModelSession.Generate on one thread, {Characters} characters, each chosen of all with temperature 1.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var cell in Support.ReversibleCells)
        {
            foreach (var units in (int[])[128, 256, 512])
            {
                var network = new NetworkOptions { Cell = cell, EmbeddingSize = 128, HiddenSize = units };
                if (settings.Wants($"{cell}/generate/H{units}"))
                    Generate(network, $"{cell}/generate/H{units}", report);
                var cases = _lengths.Select(length => (Length: length, Name: $"{cell}/T{length}/H{units}"))
                    .Where(c => settings.Wants(c.Name)).ToList();
                if (cases.Count == 0)
                    continue;
                var classifier = Untrained.Classifier(new NetworkShape(network, VocabularySize), Classes);
                foreach (var (length, name) in cases)
                    Measure(classifier, length, name, report);
            }
        }
    }

    private void Measure(SequenceClassifier classifier, int length, string name, IReport report)
    {
        var random = new Random(1);
        var texts = new int[Texts][];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = new int[length];
            foreach (ref var token in texts[i].AsSpan())
                token = random.Next(VocabularySize);
        }
        var probabilities = new float[Classes];
        var next = 0;
        var timings = Alternation.Run(_pace, new TimedAction(() => classifier.Predict(texts[next++ % Texts], probabilities)));
        report.Add(new Measurement(Name, name, length / timings.Medians[0] * 1000, "tokens/s") { Runs = timings.Runs });
    }

    private void Generate(NetworkOptions network, string name, IReport report)
    {
        var session = Untrained.LanguageModel(new NetworkShape(network, Characters)).CreateSession();
        var options = new GenerationOptions { MaximumTokens = GeneratedTokens, StopsAtEnd = false };
        var timings = Alternation.Run(_pace, new TimedAction(() =>
        {
            foreach (var _ in session.Generate(options))
            {
            }
        }));
        report.Add(new Measurement(Name, name, GeneratedTokens / timings.Medians[0] * 1000, "tokens/s") { Runs = timings.Runs });
    }
}
