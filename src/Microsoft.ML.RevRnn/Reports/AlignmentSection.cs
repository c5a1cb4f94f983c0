namespace Microsoft.ML.RevRnn.Reports;

/// <summary>What a model looked at when it translated.</summary>
internal static class AlignmentSection
{
    /// <summary>Translations with their alignments.</summary>
    public static void Write(Html html, IEnumerable<TranslatedText> translations)
    {
        html.AddConstant("<section><h2>Alignments</h2><p>Each row is a piece of the translation, and the mark the piece of the source that most attention was on.</p>");
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
