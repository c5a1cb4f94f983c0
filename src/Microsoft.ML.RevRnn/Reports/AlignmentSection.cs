namespace Microsoft.ML.RevRnn.Reports;

/// <summary>What a model looked at when it translated.</summary>
internal static class AlignmentSection
{
    /// <summary>Translations with their alignments.</summary>
    /// <param name="html">The page.</param>
    /// <param name="translations">The translations.</param>
    /// <param name="hasHeadline">Whether the section has a headline, as one of several has.</param>
    public static void Write(Html html, IEnumerable<TranslatedText> translations, bool hasHeadline = true)
    {
        html.AddConstant("<section>");
        if (hasHeadline)
            html.AddConstant("<h2>Alignments</h2>");
        html.AddConstant("<p>Each row is a piece of the translation, and the mark the piece of the source that most attention was on.</p>");
        html.AddConstant("<div class='charts'>");
        foreach (var translation in translations)
        {
            html.AddConstant("<div>");
            AlignmentChart.Write(html, translation);
            html.AddConstant("</div>");
        }
        html.AddConstant("</div></section>");
    }
}
