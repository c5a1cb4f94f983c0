using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// A language model's cache of the text at hand (continuous cache: Grave, Joulin and Usunier 2017, Improving neural language models with a continuous cache): names and terms that
/// have come are expected to come again where the model's state is like it was before them. Nothing is trained.
/// </summary>
/// <remarks>
/// Of the last n predictions it has the model's output h_i, [H], and the token w_i that came. Of the next token, with output h_t,
/// p(w) = (1 - lambda) p_model(w) + lambda p_cache(w), where p_cache(w) is the sum of softmax_i(theta h_i · h_t) over those i with w_i = w; while it is empty, p = p_model. It takes n (H + 1)
/// values, and n H multiplications a token.
/// </remarks>
public sealed record CacheOptions
{
    internal const int MostSize = 100_000;
    internal const double MostTheta = 1000;

    /// <summary>The largest lambda: tokens that are not in the cache must keep a probability.</summary>
    internal const double MostLambda = 0.99;

    /// <summary>n: predictions that are kept, 1 to 100,000.</summary>
    public int Size { get; init; } = 1000;

    /// <summary>
    /// theta: how much alike outputs have to be, 0 to 1,000; 0 takes all kept tokens as equal. What is best goes by the model: <see cref="LanguageModel.ChooseCache"/> finds it.
    /// </summary>
    public double Theta { get; init; } = 0.3;

    /// <summary>lambda: the cache's part of the probability, 0 to 0.99; 0 is no cache, to the bit.</summary>
    public double Lambda { get; init; } = 0.1;

    /// <summary>What there is to do: null where nothing is, since <see cref="Lambda"/> is 0.</summary>
    [JsonIgnore]
    internal CacheOptions? Effective => Lambda == 0 ? null : this;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(Size), Size, 1, MostSize);
        OptionCheck.Range(nameof(Theta), Theta, 0, MostTheta);
        OptionCheck.Range(nameof(Lambda), Lambda, 0, MostLambda);
    }
}
