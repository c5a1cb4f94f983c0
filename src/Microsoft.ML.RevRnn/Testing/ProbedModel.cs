using Microsoft.ML.RevRnn.Trainers;

namespace Microsoft.ML.RevRnn.Testing;

/// <summary>Asks a model of texts, on all processors.</summary>
internal sealed class ProbedModel
{
    private readonly TestedNetwork _network;
    private readonly TextTokenizer _tokenizer;
    private readonly NGramOptions? _nGrams;
    private StateTracer? _tracer;

    /// <exception cref="InvalidOperationException">The model reads something else than one column of text.</exception>
    public ProbedModel(RevRnnPredictionTransformer model)
    {
        _network = model.CreateTested();
        _tokenizer = model.Tokenization.Tokenizer ?? throw new InvalidOperationException(
            $"The model is of the keys in column '{model.InputColumnName}', so there is no text whose words could be changed. {nameof(RevRnnTesting.Coverage)} is there for it.");
        if (model.InputColumnNames.Count > 1 || model.FeatureColumnNames.Count > 0)
        {
            throw new InvalidOperationException(
                $"The model reads several columns ({string.Join(", ", [.. model.InputColumnNames, .. model.FeatureColumnNames])}); those of one column of text can be changed word by word.");
        }
        _nGrams = model.NGrams;
    }

    /// <summary>What texts are changed by where there is no list.</summary>
    public SimilarWords CreateSimilarWords(int count) => new(_tokenizer, _network.CreateNeighbours(), count);

    /// <summary>A window that texts fill.</summary>
    public CoverageOptions WindowOf(IReadOnlyList<string> texts) => CoverageOptions.ForLengths(texts.Select(text => _tokenizer.Encode(text).Length));

    /// <summary>Before the first question: what is looked at.</summary>
    public void Begin(CoverageOptions options) => _tracer = _network.CreateTracer(options);

    /// <summary>What the model makes of texts, in their order.</summary>
    public Probe[] Run(IReadOnlyList<(WordedText Text, int SeedText)> texts)
    {
        var probes = new Probe[texts.Count];
        Parallel.For(0, probes.Length, i => probes[i] = Run(texts[i].Text, texts[i].SeedText));
        return probes;
    }

    /// <summary>What the states do over texts, in their order.</summary>
    public IEnumerable<StateTrace> Traces(IReadOnlyList<string> texts)
        => texts.Chunk(256).SelectMany(some => Run([.. some.Select(text => (new WordedText(text), -1))])).Select(probe => probe.Trace);

    private Probe Run(WordedText worded, int seedText)
    {
        var text = worded.ToString();
        var trace = _tracer!.Trace(_tokenizer.Encode(text), nGrams: _nGrams == null ? null : NGramVector.Of([text], _nGrams));
        return new Probe(worded, seedText, _network.Decide(trace.Scores), trace);
    }
}
