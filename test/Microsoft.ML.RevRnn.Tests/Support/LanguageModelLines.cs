using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>What a language model makes of data, as text for comparisons that allow no rounding.</summary>
internal static class LanguageModelLines
{
    /// <summary>One line a row, and one that the model wrote.</summary>
    public static string[] Of(RevLanguageModelTransformer model, IDataView data)
        => [.. Scores(model, data), string.Concat(model.Generate("the", new GenerationOptions { MaximumTokens = 40, StopsAtEnd = false, Seed = 5 })).Trim()];

    /// <summary>One line a row: the bits of log-likelihood and perplexity, and the number of predictions.</summary>
    public static string[] Scores(ITransformer model, IDataView data)
    {
        var view = model.Transform(data);
        return
        [
            .. view.GetColumn<float>("LogLikelihood").Zip(view.GetColumn<float>("Perplexity"), view.GetColumn<int>("TokenCount"))
                .Select(row => $"{Bits.Line([row.First, row.Second])} {row.Third}"),
        ];
    }
}
