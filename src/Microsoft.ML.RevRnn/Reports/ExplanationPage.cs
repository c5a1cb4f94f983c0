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
        return ReportPage.End(html);
    }
}
