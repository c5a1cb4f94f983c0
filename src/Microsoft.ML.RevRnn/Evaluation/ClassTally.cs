using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Counts scored rows by class, predicted class and probability.</summary>
/// <param name="names">What the classes stand for.</param>
/// <param name="binCount">M: bins of probability.</param>
internal sealed class ClassTally(IReadOnlyList<string> names, int binCount)
{
    private readonly long[][] _confusion = [.. names.Select(_ => new long[names.Count])];
    private readonly (long Count, long Right, double Confidence)[] _bins = new (long, long, double)[binCount];
    private long _rows;
    private long _right;

    /// <summary>Counts a row.</summary>
    /// <param name="label">Its class.</param>
    /// <param name="predicted">The class it was predicted to be of.</param>
    /// <param name="probabilities">[C].</param>
    public void Add(int label, int predicted, ReadOnlySpan<float> probabilities)
    {
        var isRight = label == predicted ? 1 : 0;
        double confidence = TensorPrimitives.Max(probabilities);
        ref var bin = ref _bins[Math.Clamp((int)Math.Ceiling(confidence * binCount) - 1, 0, binCount - 1)];
        bin = (bin.Count + 1, bin.Right + isRight, bin.Confidence + confidence);
        _confusion[label][predicted]++;
        _rows++;
        _right += isRight;
    }

    public PerClassMetrics Metrics()
    {
        CalibrationBin[] calibration = [.. _bins.Select(bin => new CalibrationBin(bin.Count, Ratio.Of(bin.Confidence, bin.Count), Ratio.Of(bin.Right, bin.Count)))];
        return new PerClassMetrics
        {
            Classes = [.. names.Select((name, i) => Class(name, i))],
            ConfusionMatrix = _confusion,
            RowCount = _rows,
            Accuracy = Ratio.Of(_right, _rows),
            Calibration = calibration,
            ExpectedCalibrationError = calibration.Sum(bin => Ratio.Of(bin.Count, _rows) * Math.Abs(bin.Accuracy - bin.Confidence)),
        };
    }

    private ClassMetrics Class(string name, int index)
        => Ratio.OfClass(name, _confusion[index][index], _confusion.Sum(row => row[index]), _confusion[index].Sum());
}
