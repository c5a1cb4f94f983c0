namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A text, and what its tokens add to a classifier's score.</summary>
internal static class ExplanationPage
{
    public static string Create(TextExplanation explanation)
    {
        var html = ReportPage.Begin("What a score is made of");
        html.Add($"<p>Score of {explanation.Label}: tokens that speak for it are shaded in one colour, those against it in the other.</p>");
        html.Add($"<dl class='figures'><div><dt>Score</dt><dd>{explanation.Score:0.000}</dd></div><div><dt>of the network</dt><dd>{explanation.NetworkScore:0.000}</dd></div>");
        html.Add($"<div><dt>of n-grams</dt><dd>{explanation.NGramScore:0.000}</dd></div></dl>");
        TokenSpans.Write(html, explanation.Tokens, explanation.Contributions);
        if (explanation.NGramContributions is { } nGrams)
        {
            html.AddConstant("<h3>The network's part</h3>");
            TokenSpans.Write(html, explanation.Tokens, explanation.NetworkContributions);
            html.AddConstant("<h3>That of n-grams</h3><p>Words and runs of words and characters; a run's is shared by its words.</p>");
            TokenSpans.Write(html, explanation.Tokens, nGrams);
        }
        return ReportPage.End(html);
    }
}
