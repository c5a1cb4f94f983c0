using System.Text.Json;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>PyTorch's translation model by our recipe, with attention over all states, in a Python process of its own.</summary>
internal sealed class TorchTranslationPeer : IDisposable
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly TorchProcess _process;

    private TorchTranslationPeer(TorchProcess process) => _process = process;

    public string Version => _process.About[0];

    /// <summary>Null where no Python with torch is found.</summary>
    public static TorchTranslationPeer? Start(int threads) =>
        TorchProcess.Start("torch_translation.py", threads) is { } process ? new TorchTranslationPeer(process) : null;

    /// <summary>Trains a model and has it translate the test.</summary>
    /// <param name="lstm">Whether nn.LSTM; else nn.GRU.</param>
    /// <param name="corpus">What is learned.</param>
    /// <param name="epochs">Epochs.</param>
    public TranslationRun Train(bool lstm, TranslationCorpus corpus, int epochs)
    {
        var (training, validation) = (corpus.Training, corpus.Validation);
        var recipe = new
        {
            Cell = lstm ? "lstm" : "gru",
            Seed = 1,
            Epochs = epochs,
            SourceWords = corpus.Source.Size,
            TargetWords = corpus.Target.Size,
            TranslationRecipe.Units,
            TranslationRecipe.Rows,
            TranslationRecipe.Dropout,
            Norm = TranslationRecipe.MaximumGradientNorm,
            TranslationRecipe.Initial,
            TranslationRecipe.Rate,
            Betas = (float[])[AdamKernel.Beta1, AdamKernel.Beta2],
            AdamKernel.Epsilon,
            TranslationRecipe.Beam,
            Training = new { training.Sources, training.Targets },
            Validation = new { validation.Sources, validation.Targets },
            corpus.Source.Test,
        };
        var answer = JsonSerializer.Deserialize<Answer>(_process.Ask(JsonSerializer.Serialize(recipe, _json)), _json)!;
        return new TranslationRun(answer.Perplexities, answer.Greedy.ToTest(), answer.Beam.ToTest());
    }

    public void Dispose() => _process.Dispose();

    private sealed record Answer(double[] Perplexities, Found Greedy, Found Beam);

    private sealed record Found(int[][] Tokens, int[][] Alignments, double Seconds)
    {
        public TranslatedTest ToTest() => new(Tokens, Alignments, Seconds);
    }
}
