namespace Microsoft.ML.RevRnn.Reports;

/// <summary>Which piece of a source each piece of its translation was read from: a row for each of the translation, a column for each of the source.</summary>
internal static class AlignmentChart
{
    private const int Cell = 20;
    private const double Character = 7.2;
    private const int LongestLabel = 24;

    public static void Write(Html html, TranslatedText translation)
    {
        var (source, target) = (Labels(translation.SourcePieces), Labels(translation.Pieces));
        html.Add($"<h3>{translation.Source} → {translation.Text}</h3>");
        if (source.Length == 0 || target.Length == 0)
            return;
        var isSlanted = source.Any(label => label.Length > 2);
        var left = 12 + (int)(Character * target.Max(label => label.Length));
        var top = isSlanted ? 12 + (int)(Character * source.Max(label => label.Length)) : Cell;
        var (width, height) = (left + source.Length * Cell + 4, top + target.Length * Cell + 4);
        html.Add($"<figure class='alignment' style='max-width:{width}px'><svg viewBox='0 0 {width} {height}' role='img' aria-label='Alignment of {translation.Text}'>");
        foreach (var (s, label) in source.Index())
        {
            var x = left + s * Cell;
            html.Add($"<line class='grid' x1='{x}' x2='{x}' y1='{top}' y2='{height - 4}'/>");
            if (isSlanted)
                html.Add($"<text class='tick' transform='translate({x + Cell / 2 + 4} {top - 5}) rotate(-90)'>{label}</text>");
            else
                html.Add($"<text class='tick middle' x='{x + Cell / 2}' y='{top - 5}'>{label}</text>");
        }
        foreach (var (t, label) in target.Index())
        {
            var (y, s) = (top + t * Cell, translation.Alignment[t]);
            html.Add($"<line class='grid' x1='{left}' x2='{width - 4}' y1='{y}' y2='{y}'/>");
            html.Add($"<text class='tick end' x='{left - 6}' y='{y + 14}'>{label}</text>");
            html.Add($"<rect class='measured' x='{left + s * Cell + 1}' y='{y + 1}' width='{Cell - 2}' height='{Cell - 2}' rx='2'><title>{label} of {source[s]}</title></rect>");
        }
        html.Add($"<path class='grid' fill='none' d='M{left} {height - 4}H{width - 4}V{top}'/>");
        html.AddConstant("</svg></figure>");
    }

    /// <summary>Pieces as they can be seen: white space has signs, and what is long is cut.</summary>
    private static string[] Labels(IReadOnlyList<string> pieces) => [.. pieces.Select(piece =>
    {
        var label = piece.Replace(' ', '␣').Replace('\t', '⇥').Replace('\n', '↵').Replace('\r', '↵');
        return label.Length <= LongestLabel ? label : string.Concat(label.AsSpan(0, LongestLabel - 1), "…");
    })];
}
