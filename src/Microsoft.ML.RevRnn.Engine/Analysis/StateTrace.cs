using Microsoft.ML.RevRnn.Analysis;

namespace Microsoft.ML.RevRnn;

/// <summary>What a classifier's states did over the last W steps of a sequence, and what it said of it. Immutable.</summary>
public sealed class StateTrace
{
    private readonly float[] _scores;
    private readonly double[] _sums;

    /// <param name="scores">[C].</param>
    /// <param name="sums">[W].</param>
    /// <param name="sumBefore">The sum at the step before the window.</param>
    /// <param name="units">What the units did.</param>
    internal StateTrace(float[] scores, double[] sums, double sumBefore, UnitTrace units)
    {
        _scores = scores;
        _sums = sums;
        SumBefore = sumBefore;
        Units = units;
    }

    /// <summary>[C]: the classifier's scores, n-grams included: of a label its log odds, of a class what softmax is of.</summary>
    public IReadOnlyList<float> Scores => _scores;

    /// <summary>[W]: S_t, the sum of the top layer's units at each step of the window; 0 at those before a sequence's first token.</summary>
    public IReadOnlyList<double> Sums => _sums;

    /// <summary>S at the step before the window; 0 where there is none.</summary>
    public double SumBefore { get; }

    internal UnitTrace Units { get; }

    /// <summary>|S_t| of a step of the window.</summary>
    internal double Magnitude(int step) => Math.Abs(_sums[step]);

    /// <summary>|S_t - S_{t-1}| of a step of the window.</summary>
    internal double Change(int step) => Math.Abs(_sums[step] - (step == 0 ? SumBefore : _sums[step - 1]));
}
