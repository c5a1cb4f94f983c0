using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.RevRnn.Reports;

/// <summary>A page of its own: style and drawings are in it, it loads nothing, and runs nothing but the script that it begins with, if any.</summary>
internal static class ReportPage
{
    private const string Head =
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>TITLE</title>
        <style>
        :root { color-scheme: light dark; --page: #fff; --text: #1f2328; --soft: #59636e; --line: #d8dee4; --panel: #f6f8fa; --one: #0b62c4; --two: #b35900; --mark: #57606a; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0f1318; --text: #e6e9ed; --soft: #9aa4af; --line: #2f3741; --panel: #171d24; --one: #5aa7ff; --two: #f0a04b; --mark: #9aa4af; } }
        body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 62rem; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
        h1 { font-size: 1.7rem; font-weight: 600; margin: 0 0 .2rem; } h2 { font-size: 1.2rem; font-weight: 600; margin: 2.6rem 0 .8rem; padding-top: .8rem; border-top: 1px solid var(--line); }
        h3 { font-size: 1rem; font-weight: 600; margin: 2rem 0 .4rem; } p { color: var(--soft); margin: .2rem 0 .8rem; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .7rem; margin: 0 0 1.4rem; }
        .figures div { background: var(--panel); border-radius: 6px; padding: .6rem .8rem; } dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.4rem 2rem; } figure { margin: 0; } figure svg { width: 100%; display: block; }
        .calibration { max-width: 29rem; } .bars { max-width: 48rem; } figcaption { font-weight: 600; margin-bottom: .3rem; }
        .grid { stroke: var(--line); } .kept { stroke: var(--mark); stroke-dasharray: 4 4; } text { fill: var(--text); font-size: 13px; } .tick { fill: var(--soft); font-size: 12px; }
        .end { text-anchor: end; } .middle { text-anchor: middle; } .one { stroke: var(--one); } .two { stroke: var(--two); } .three { stroke: var(--mark); }
        polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } line.one, line.two { stroke-width: 3; } circle.one { fill: var(--one); } circle.two { fill: var(--two); }
        .covered { fill: var(--one); } .open { fill: var(--mark); } .flip { color: var(--text); background: var(--panel); border-radius: 6px; padding: .6rem .8rem; overflow-wrap: anywhere; }
        .flip .turned { color: var(--two); } .flip small { color: var(--soft); }
        .measured { fill: var(--one); } .estimated { fill: var(--mark); opacity: .45; }
        .legend { display: flex; gap: 1.2rem; font-size: .85rem; margin: .2rem 0 0; } figure .legend svg { display: inline-block; width: 24px; height: 8px; margin-right: .4rem; vertical-align: middle; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; } thead th { color: var(--soft); font-size: .85rem; }
        .name { text-align: left; max-width: 18rem; overflow: hidden; text-overflow: ellipsis; } .best { background: var(--panel); } .best > * { font-weight: 600; }
        .matrix td, .matrix th { border: 0; } .matrix thead th { vertical-align: bottom; } .matrix span { display: inline-block; max-width: 9rem; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
        .matrix tbody td { border: 1px solid var(--page); text-align: center; background: color-mix(in srgb, var(--one) var(--share), var(--panel)); }
        .matrix tbody td.wrong { background: color-mix(in srgb, var(--two) var(--share), var(--panel)); } .matrix td.strong { color: var(--page); }
        .tokens { white-space: pre-wrap; overflow-wrap: anywhere; font: 16px/1.9 ui-monospace, monospace; background: var(--panel); border-radius: 6px; padding: .8rem 1rem; cursor: pointer; }
        .tokens span { border-radius: 3px; padding: .15em 0; } .tokens .for { background: color-mix(in srgb, var(--one) var(--share), transparent); }
        .tokens .against { background: color-mix(in srgb, var(--two) var(--share), transparent); } .tokens .selected { outline: 2px solid var(--text); } .tokens .untold { color: var(--soft); }
        .predictions { display: flex; flex-wrap: wrap; gap: .5rem 1.6rem; min-height: 1.6rem; margin: .6rem 0 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
        .predictions code { background: var(--panel); padding: .1rem .4rem; border-radius: 3px; white-space: pre; } .predictions .target { font-weight: 600; }
        summary { cursor: pointer; color: var(--soft); margin: 1rem 0 .4rem; }
        </style></head><body>
        """;

    /// <param name="report">What training did; null where it is not known.</param>
    /// <param name="network">What was trained; null where it is not known.</param>
    /// <param name="hasPerplexity">Whether the loss is that of each next token.</param>
    /// <param name="writeTest">Writes how it does on test data; null for none.</param>
    public static string Create(TrainingReport? report, NetworkOptions? network, bool hasPerplexity = false, Action<Html>? writeTest = null)
    {
        var html = Begin("Training report");
        if (network != null)
        {
            html.Add($"<p>{(network.Structure == NetworkStructure.Sequence ? $"{network.Cell}" : $"{network.Structure}")}, {network.LayerCount} × {network.HiddenSize} units{(network.Bidirectional ? " in each direction" : "")}, ");
            html.Add($"token vectors of {network.EmbeddingSize} values</p>");
        }
        if (report != null)
        {
            TrainingSection.Write(html, report, hasPerplexity);
            MemorySection.Write(html, report, network);
        }
        writeTest?.Invoke(html);
        return End(html);
    }

    /// <summary>A page with style and headline.</summary>
    /// <param name="title">What it is about; a constant, it is not escaped.</param>
    /// <param name="script">The only script that may run on it, a constant that <see cref="Script"/> adds; null for none.</param>
    public static Html Begin(string title, string? script = null)
    {
        var head = Head.Replace("TITLE", title, StringComparison.Ordinal);
        if (script != null)
        {
            var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
            head = head.Replace("default-src 'none';", $"default-src 'none'; script-src 'sha256-{hash}';", StringComparison.Ordinal);
        }
        return new Html().AddConstant(head).AddConstant($"<h1>{title}</h1>");
    }

    /// <summary>Adds the page's script.</summary>
    public static Html Script(Html html, string script) => html.AddConstant($"<script>{script}</script>");

    /// <summary>The text of a page that is complete.</summary>
    public static string End(Html html) => html.AddConstant("</body></html>").ToString();

    /// <summary>Writes a page to a file, all or nothing.</summary>
    public static void Save(string path, string page) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)), "report");
}
