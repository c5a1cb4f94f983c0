using System.Text.Json;

namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A text whose tokens can be selected: what the prediction of each hangs on, and which tokens were the most probable, by one or several models.</summary>
internal static class ConnectivityPage
{
    /// <summary>Values are told in 127 steps up and down of the row's largest.</summary>
    private const int Zero = 128;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static string Create(IReadOnlyList<ConnectivityReport> reports)
    {
        var html = ReportPage.Begin("What predictions hang on", ConnectivityScript.Text);
        html.AddConstant("<p>Hover, tap, or use the arrow keys: the tokens that the prediction of the selected one hangs on are shaded, relative to the one it hangs on most.</p>");
        foreach (var report in reports)
            Write(html, report);
        return ReportPage.End(ReportPage.Script(html, ConnectivityScript.Text));
    }

    private static void Write(Html html, ConnectivityReport report)
    {
        html.Add($"<section class='model'><h2>{report.ModelName}</h2><p>{Explain(report.Measure)}</p><ul class='predictions'></ul>");
        TokenSpans.Write(html, report.HasReadOwnToken ? report.Tokens : [.. report.Tokens, "▮"]);
        // The serializer writes <, > and & as numbers, so that no text ends the element.
        html.AddConstant($"<script type='application/json'>{JsonSerializer.Serialize(report.Predictions.Select(Row), _json)}</script></section>");
    }

    private static object Row(PredictionConnectivity prediction) => new
    {
        prediction.Position,
        Target = Named(prediction.Target),
        Predictions = prediction.MostProbable.Select(Named),
        Values = Convert.ToBase64String(Steps(prediction.Connectivity.Values)),
    };

    private static object Named(TokenProbability token) => new { token.Text, token.Probability };

    private static byte[] Steps(IReadOnlyList<float> values)
    {
        var most = values.Count == 0 ? 0 : values.Max(MathF.Abs);
        return [.. values.Select(value => (byte)(Zero + (most > 0 ? (int)MathF.Round((Zero - 1) * (value / most)) : 0)))];
    }

    private static string Explain(ConnectivityMeasure measure) => measure switch
    {
        ConnectivityMeasure.Norm => "Norm of the gradient of the score by a token's vector",
        ConnectivityMeasure.Signed => "Gradient of the score by a token's vector, times the vector: for the score, or against it",
        _ => "Norm of the gradient of the score by the one-hot token",
    };
}
