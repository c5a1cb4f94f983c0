using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>Asks, token by token, what a tagger's classes hang on.</summary>
internal static class TagConnectivity
{
    /// <param name="tagger">The tagger.</param>
    /// <param name="tokenizer">Cuts the text into tokens.</param>
    /// <param name="text">The text.</param>
    /// <param name="names">What the classes are called.</param>
    /// <param name="labels">The class of each token; null for the most probable one.</param>
    /// <param name="options">Which tokens, and how.</param>
    /// <exception cref="ArgumentException">There are not as many labels as tokens, or one is of no class.</exception>
    public static ConnectivityReport Of(
        SequenceTagger tagger, TextTokenizer tokenizer, string text, IReadOnlyList<string> names, IReadOnlyList<string>? labels, RevConnectivityOptions options)
    {
        var tokens = tokenizer.Encode(text);
        var positions = tokens.Length == 0 ? [] : options.PositionsOf(tokens.Length - 1);
        var targets = labels == null ? null : ClassesOf(labels, names, tokens.Length);
        var probabilities = new float[(long)tokens.Length * names.Count];
        tagger.Predict(tokens, probabilities);
        var predictions = new PredictionConnectivity[positions.Length];
        for (var i = 0; i < predictions.Length; i++)
        {
            var ofToken = probabilities.AsSpan(positions[i] * names.Count, names.Count).ToArray();
            var ranked = TextConnectivity.Ranked(ofToken);
            var target = options.Target == ConnectivityTarget.Actual && targets != null ? targets[positions[i]] : ranked[0];
            TokenProbability Of(int label) => new(label, names[label], ofToken[label]);
            predictions[i] = new PredictionConnectivity(
                positions[i], Of(target), [.. ranked.Take(options.PredictionCount).Select(Of)], new ConnectivityRow(new ConnectivityOutput(positions[i], target), [], 0));
        }
        ConnectivityOutput[] outputs = [.. predictions.Select(prediction => prediction.Connectivity.Output)];
        var rows = outputs.Length == 0 ? [] : TokenConnectivity.Of(tagger, tokens, outputs, options.Computation);
        for (var i = 0; i < rows.Count; i++)
            predictions[i] = predictions[i] with { Connectivity = rows[i] };
        return new ConnectivityReport(options.NameOf(tagger.Network), options.Computation.Measure, TokenTexts.Of(tokenizer, tokens), predictions) { HasReadOwnToken = true };
    }

    private static int[] ClassesOf(IReadOnlyList<string> labels, IReadOnlyList<string> names, int tokens)
    {
        if (labels.Count != tokens)
            throw new ArgumentException($"The text has {tokens} tokens, and there are {labels.Count} labels; there must be one for each.", nameof(labels));
        var classes = names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        return [.. labels.Select(label => classes.TryGetValue(label, out var known) ? known : throw new ArgumentException($"There is no label '{label}'.", nameof(labels)))];
    }
}
