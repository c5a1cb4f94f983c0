using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.LanguageModels;

/// <summary>Reads a text with a language model and asks, prediction by prediction, what it hangs on.</summary>
internal static class TextConnectivity
{
    public static ConnectivityReport Of(LanguageModel model, TextTokenizer tokenizer, string text, RevConnectivityOptions options)
    {
        var tokens = tokenizer.Encode(text);
        var positions = options.PositionsOf(tokens.Length);
        var predictions = new PredictionConnectivity[positions.Length];
        var session = model.CreateSession();
        var read = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            session.Read(tokens.AsSpan(read, positions[i] - read));
            read = positions[i];
            predictions[i] = Predict(session, tokenizer, read < tokens.Length ? tokens[read] : null, read, options);
        }
        ConnectivityOutput[] outputs = [.. predictions.Select(prediction => new ConnectivityOutput(prediction.Position, prediction.Target.Token))];
        var rows = TokenConnectivity.Of(model, tokens, outputs, options.Computation);
        for (var i = 0; i < rows.Count; i++)
            predictions[i] = predictions[i] with { Connectivity = rows[i] };
        return new ConnectivityReport(options.NameOf(model.Network), options.Computation.Measure, TokenTexts.Of(tokenizer, tokens), predictions);
    }

    /// <summary>What scores are of, in descending order; of equal ones the first comes first: a sort of keys alone would leave that open.</summary>
    public static int[] Ranked(ReadOnlySpan<float> scores)
    {
        var values = scores.ToArray();
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (left, right) => values[left] == values[right] ? left.CompareTo(right) : values[right].CompareTo(values[left]));
        return order;
    }

    private static PredictionConnectivity Predict(
        LanguageModelSession session, TextTokenizer tokenizer, int? actual, int position, RevConnectivityOptions options)
    {
        var scores = session.LogProbabilities.ToArray();
        var tokens = Ranked(scores);
        var target = options.Target == ConnectivityTarget.Actual && actual is { } known ? known : tokens[0];
        TokenProbability Of(int token) => new(token, tokenizer.Token(token), MathF.Exp(scores[token]));
        return new PredictionConnectivity(
            position, Of(target), [.. tokens.Take(options.PredictionCount).Select(Of)], new ConnectivityRow(new ConnectivityOutput(position, target), [], 0));
    }
}
