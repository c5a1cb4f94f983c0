using System.Text.Json;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>PyTorch's language models by our recipe, in a Python process of its own.</summary>
internal sealed class TorchLanguagePeer : IDisposable
{
    private readonly TorchProcess _process;

    private TorchLanguagePeer(TorchProcess process) => _process = process;

    public string Version => _process.About[0];

    /// <summary>Null where no Python with torch is found.</summary>
    public static TorchLanguagePeer? Start(int threads) =>
        TorchProcess.Start("torch_language.py", threads) is { } process ? new TorchLanguagePeer(process) : null;

    /// <summary>Trains a model and returns its validation losses, one an epoch.</summary>
    /// <param name="lstm">Whether nn.LSTM; else nn.GRU.</param>
    /// <param name="text">What is learned.</param>
    /// <param name="epochs">Epochs.</param>
    /// <param name="seed">Of PyTorch's own random numbers.</param>
    public double[] Train(bool lstm, LanguageText text, int epochs, int seed)
    {
        var recipe = new
        {
            cell = lstm ? "lstm" : "gru",
            seed,
            epochs,
            words = text.VocabularySize,
            units = LanguageRecipe.Units,
            rows = LanguageRecipe.Rows,
            window = LanguageRecipe.Window,
            dropout = LanguageRecipe.Dropout,
            norm = LanguageRecipe.MaximumGradientNorm,
            betas = (float[])[AdamKernel.Beta1, AdamKernel.Beta2],
            epsilon = AdamKernel.Epsilon,
            rates = LanguageRecipe.Rates(text, epochs),
            training = text.Training,
            validation = text.Validation,
        };
        return JsonSerializer.Deserialize<double[]>(_process.Ask(JsonSerializer.Serialize(recipe)))!;
    }

    public void Dispose() => _process.Dispose();
}
