namespace Microsoft.ML.Offline;

/// <summary>What is counted over the rows of a classification.</summary>
internal sealed class MulticlassCounters
{
    // The smallest probability that a loss is computed from.
    private const float Epsilon = 1e-15f;

    private readonly double[] _rowsOfClass;
    private readonly double[] _lossOfClass;
    private readonly double[] _ranks;
    private double _rows;
    private double _loss;

    public MulticlassCounters(int classes)
    {
        _rowsOfClass = new double[classes];
        _lossOfClass = new double[classes];
        _ranks = new double[classes + 1];
        Confusion = new double[classes][];
        for (int c = 0; c < classes; c++)
            Confusion[c] = new double[classes];
    }

    /// <summary>Counts by true and by predicted class.</summary>
    public double[][] Confusion { get; }

    public double MicroAccuracy => _rows > 0 ? _ranks[0] / _rows : 0;

    /// <summary>Classes without rows do not count.</summary>
    public double MacroAccuracy
        => Enumerable.Range(0, _rowsOfClass.Length).Where(c => _rowsOfClass[c] > 0)
            .Select(c => Confusion[c][c] / _rowsOfClass[c]).DefaultIfEmpty(0).Average();

    public double LogLoss => _rows > 0 ? _loss / _rows : 0;

    public double LogLossReduction
    {
        get
        {
            double entropy = _rowsOfClass.Where(rows => rows != 0).Sum(rows => rows * Math.Log(rows / _rows)) / -_rows;
            return (entropy - LogLoss) / entropy;
        }
    }

    public IEnumerable<double> PerClassLogLoss => _lossOfClass.Select((loss, c) => _rowsOfClass[c] > 0 ? loss / _rowsOfClass[c] : 0);

    /// <summary>Counts a row.</summary>
    public void Add(int label, ReadOnlySpan<float> scores)
    {
        bool known = label < scores.Length;
        float score = known ? scores[label] : 0;
        double loss = -Math.Log(Math.Clamp(score, Epsilon, 1f));

        // Where scores are equal, the class that comes first is taken.
        int rank = 0;
        int best = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            if (scores[c] > score || (scores[c] == score && c < label))
                rank++;
            if (scores[c] > scores[best])
                best = c;
        }

        _rows++;
        _loss += loss;
        if (known)
        {
            _ranks[rank]++;
            _rowsOfClass[label]++;
            _lossOfClass[label] += loss;
            Confusion[label][rank == 0 ? label : best]++;
        }
        else
        {
            // Never right, whatever the scores.
            _ranks[Math.Max(rank, 1)]++;
        }
    }

    /// <summary>The shares of rows whose class is among the 1, 2, ... highest scores.</summary>
    public double[] GetTopKAccuracies(int count)
    {
        double sum = 0;
        return _ranks.Take(count).Select(rows => (sum += rows) / _rows).ToArray();
    }
}
