namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>What each threshold would do, from above all scores to below: rows of the same score pass it together.</summary>
internal sealed class RankedScores
{
    private readonly List<(long True, long False)> _passed = [(0, 0)];

    /// <param name="rows">A score and whether it is of what is true.</param>
    public RankedScores(IReadOnlyList<(float Score, bool IsTrue)> rows)
    {
        var (isTrue, isFalse) = (0L, 0L);
        foreach (var tied in rows.GroupBy(row => row.Score).OrderByDescending(tied => tied.Key))
        {
            var hits = tied.LongCount(row => row.IsTrue);
            (isTrue, isFalse) = (isTrue + hits, isFalse + tied.LongCount() - hits);
            _passed.Add((isTrue, isFalse));
        }
    }

    public long TrueCount => _passed[^1].True;

    public long FalseCount => _passed[^1].False;

    /// <summary>Part of what is false that passes, and part of what is true; none where there is but one of them.</summary>
    public IReadOnlyList<(double X, double Y)> RocCurve
        => TrueCount == 0 || FalseCount == 0 ? [] : [.. _passed.Select(passed => ((double)passed.False / FalseCount, (double)passed.True / TrueCount))];

    /// <summary>Part of what is true that passes, and part of what passes that is true; none where nothing is true.</summary>
    public IReadOnlyList<(double X, double Y)> PrecisionRecallCurve => TrueCount == 0
        ? []
        : [.. _passed.Skip(1).Select(passed => ((double)passed.True / TrueCount, (double)passed.True / (passed.True + passed.False)))];

    /// <summary>
    /// The area under the ROC curve: the probability that of a row that is true and one that is false the former has the higher score, ties counted half. Null where there
    /// is but one of them.
    /// </summary>
    public double? AreaUnderRoc => RocCurve is { Count: > 0 } curve
        ? curve.Zip(curve.Skip(1)).Sum(piece => (piece.Second.X - piece.First.X) * (piece.First.Y + piece.Second.Y) / 2)
        : null;

    /// <summary>Average precision: sum of (recall - recall before) precision over the thresholds. Null where nothing is true.</summary>
    public double? AveragePrecision
    {
        get
        {
            var (sum, before) = (0.0, 0.0);
            foreach (var (recall, precision) in PrecisionRecallCurve)
            {
                sum += (recall - before) * precision;
                before = recall;
            }
            return TrueCount == 0 ? null : sum;
        }
    }
}
