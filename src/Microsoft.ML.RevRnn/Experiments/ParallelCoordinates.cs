using System.Globalization;
using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML.RevRnn.Experiments;

/// <summary>Settings side by side: an axis for each searched option and one for the metric, and a line for each setting.</summary>
internal static class ParallelCoordinates
{
    private const int Height = 300;
    private const int Top = 46;
    private const int Bottom = Height - 20;
    private const int Distance = 96;
    private const int Margin = 50;

    /// <summary>Of a letter, on average, of the ticks' font.</summary>
    private const double LetterWidth = 6.5;

    public static void Write(Html html, IReadOnlyList<RunDetail> runs, RunDetail? best, string metric, bool isMaximizing)
    {
        RunDetail[] shown = [.. runs.Where(run => run.TrialId != null && run.Metric != null)];
        if (shown.Length == 0)
            return;
        string[] names = [.. shown[0].Setting.Select(value => value.Key)];
        var scales = Enumerable.Range(0, names.Length).Select(i => new Scale([.. shown.Select(run => run.Setting[i].Value)])).ToArray();
        var metrics = new Scale([.. shown.Select(run => run.Metric!.Value.ToString("0.0000", CultureInfo.InvariantCulture))]);
        var places = Places(scales, [.. names, metric]);
        var width = places[^1] + Margin + 20;
        html.Add($"<section><h2>Settings</h2><p>A line for each setting, from its values to {metric}; the best one is thick, and the fainter a line the worse.</p><div class='wide'>");
        html.Add($"<svg viewBox='0 0 {width} {Height}' role='img' aria-label='Parallel coordinates of the settings'>");
        var ranked = shown.OrderByDescending(run => isMaximizing ? run.Metric : -run.Metric).ToArray();
        foreach (var (rank, run) in ranked.Index().Reverse())
        {
            var points = scales.Select((scale, i) => At(i, scale.Position(run.Setting[i].Value)))
                .Append(At(names.Length, metrics.Position(run.Metric!.Value.ToString("0.0000", CultureInfo.InvariantCulture))));
            var opacity = Math.Max(0.12, 1 - (double)rank / ranked.Length);
            html.Add($"<path class='{(run == best ? "winner" : "")}' opacity='{(run == best ? 1 : opacity):0.00}' d='M{string.Join(" L", points)}'><title>#{run.TrialId}: {run.Metric:0.0000}</title></path>");
        }
        // Over the lines, which would make them hard to read.
        foreach (var (i, scale) in scales.Append(metrics).Index())
            WriteAxis(html, i == names.Length ? metric : names[i], scale, places[i], isLast: i == names.Length);
        html.AddConstant("</svg></div></section>");

        string At(int axis, double position) => FormattableString.Invariant($"{places[axis]},{Bottom - position * (Bottom - Top):0.0}");
    }

    /// <summary>Where the axes stand, that of the metric last: each has room for its values, which stand left of it.</summary>
    private static int[] Places(Scale[] scales, string[] names)
    {
        var places = new int[scales.Length + 1];
        for (var i = 0; i < places.Length; i++)
        {
            var values = i == scales.Length ? 0 : scales[i].Ticks.Select(tick => tick.Text.Length).DefaultIfEmpty().Max();
            var before = i == 0 ? Margin / 2 : Math.Max(Distance, (names[i - 1].Length + names[i].Length) * LetterWidth / 2 + 12);
            places[i] = (i == 0 ? 0 : places[i - 1]) + (int)Math.Max(before, values * LetterWidth + 16);
        }
        return places;
    }

    private static void WriteAxis(Html html, string name, Scale scale, int x, bool isLast)
    {
        html.Add($"<line class='grid' x1='{x}' x2='{x}' y1='{Top}' y2='{Bottom}'/><text class='tick middle' x='{x}' y='16'>{name}</text>");
        foreach (var (position, text) in scale.Ticks)
            html.Add($"<text class='tick value{(isLast ? "" : " end")}' x='{(isLast ? x + 6 : x - 4)}' y='{Bottom - position * (Bottom - Top) + 4:0.0}'>{text}</text>");
    }

    /// <summary>An axis of numbers, or of words in their order of appearance.</summary>
    private sealed class Scale
    {
        private readonly string[] _values;
        private readonly double[]? _numbers;

        public Scale(IEnumerable<string> values)
        {
            _values = [.. values.Distinct()];
            if (_values.All(value => double.TryParse(value, CultureInfo.InvariantCulture, out _)))
            {
                Array.Sort(_values, (one, other) => Number(one).CompareTo(Number(other)));
                // A learning rate is read by its order of magnitude.
                var isLogarithmic = Number(_values[0]) > 0 && Number(_values[^1]) / Number(_values[0]) > 20;
                _numbers = Array.ConvertAll(_values, value => isLogarithmic ? Math.Log(Number(value)) : Number(value));
            }
        }

        public IEnumerable<(double Position, string Text)> Ticks => _values.Length <= 6
            ? _values.Select(value => (Position(value), value))
            : _numbers == null ? [] : [(0, _values[0]), (1, _values[^1])];

        public double Position(string value)
        {
            var index = Array.IndexOf(_values, value);
            if (_values.Length == 1)
                return 0.5;
            return _numbers == null ? (double)index / (_values.Length - 1) : (_numbers[index] - _numbers[0]) / (_numbers[^1] - _numbers[0]);
        }

        private static double Number(string value) => double.Parse(value, CultureInfo.InvariantCulture);
    }
}
