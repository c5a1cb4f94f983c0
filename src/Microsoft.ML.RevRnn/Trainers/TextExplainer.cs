using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>Explains a classifier's scores of texts.</summary>
/// <param name="explainer">Of its network.</param>
/// <param name="labels">What its classes or labels are called.</param>
internal sealed class TextExplainer(ClassExplainer explainer, IReadOnlyList<string> labels)
{
    /// <param name="tokenizer">Cuts texts into tokens.</param>
    /// <param name="texts">One for each column that is read.</param>
    /// <param name="label">Which class or label; null for the one with the highest score.</param>
    /// <param name="features">The numbers that go with the texts; null for none.</param>
    /// <param name="nGrams">Which n-grams are read; null for none.</param>
    public TextExplanation Explain(TextTokenizer tokenizer, IReadOnlyList<string> texts, string? label, float[]? features, NGramOptions? nGrams)
    {
        int? outcome = label == null ? null : Find(label);
        var tokens = Tokenization.Join([.. texts.Select(text => tokenizer.Encode(text))]);
        var explanation = nGrams == null
            ? explainer.Explain(tokens, outcome, features ?? [])
            : explainer.Explain(tokens, PlacedNGrams.Of(texts, nGrams, tokenizer), outcome, features ?? []);
        return new TextExplanation(labels[explanation.Outcome], TokenTexts.Of(tokenizer, tokens), explanation);
    }

    private int Find(string label)
    {
        var found = labels.ToList().IndexOf(label);
        return found >= 0 ? found : throw new ArgumentException(
            $"There is no label '{label}'. There are: {string.Join(", ", labels.Take(20).Select(name => $"'{name}'"))}{(labels.Count > 20 ? ", ..." : "")}.", nameof(label));
    }
}
