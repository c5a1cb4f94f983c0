namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A text, token by token.</summary>
internal static class TokenSpans
{
    /// <summary>The tokens as they are.</summary>
    public static void Write(Html html, IReadOnlyList<string> tokens)
    {
        html.AddSpan($"<div class='tokens'>");
        foreach (var token in tokens)
            html.AddSpan($"<span>{Visible(token)}</span>");
        html.AddConstant("</div>");
    }

    /// <summary>The tokens shaded by what they add to a score or take from it, relative to the most that one does.</summary>
    public static void Write(Html html, IReadOnlyList<string> tokens, IReadOnlyList<float> contributions)
    {
        var most = contributions.Count == 0 ? 0 : contributions.Max(MathF.Abs);
        html.AddSpan($"<div class='tokens'>");
        foreach (var (token, value) in tokens.Zip(contributions))
        {
            var share = most > 0 ? MathF.Round(100 * MathF.Abs(value) / most) : 0;
            html.AddSpan($"<span class='{(value < 0 ? "against" : "for")}' style='--share:{share}%' title='{value:+0.0000;-0.0000;0}'>{Visible(token)}</span>");
        }
        html.AddConstant("</div>");
    }

    /// <summary>A line break has a mark, to be selected by.</summary>
    private static string Visible(string token) => token.Contains('\n', StringComparison.Ordinal) ? token.Replace("\n", "⏎\n", StringComparison.Ordinal) : token;
}
