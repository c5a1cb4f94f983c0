using Microsoft.ML.RevRnn.Analysis;

namespace Microsoft.ML.RevRnn;

/// <summary>Counts what tests cover of a network. What is counted depends neither on their order nor on how often a test is there, but for <see cref="CoverageFigures.Tests"/>.</summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class CoverageMeter
{
    private readonly CoverageProfile _profile;
    private readonly double[] _breakpoints;
    private readonly double[] _boundary;
    private readonly double[] _steps;
    private readonly SortedDictionary<string, long> _words = new(StringComparer.Ordinal);
    private UnitTrace? _units;
    private long _tests;

    /// <param name="profile">What tests are compared with.</param>
    public CoverageMeter(CoverageProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _profile = profile;
        _breakpoints = SymbolicWords.Breakpoints(profile.Options.Symbols);
        _boundary = new double[profile.Options.WindowLength];
        _steps = new double[profile.Options.WindowLength];
    }

    /// <summary>[W]: of each step of the window the most that a test had of |S_t|, 1 for the most of the profile.</summary>
    public IReadOnlyList<double> BoundaryPeaks => [.. _boundary];

    /// <summary>[W]: the same of |S_t - S_{t-1}|.</summary>
    public IReadOnlyList<double> StepPeaks => [.. _steps];

    /// <summary>The words that there were, in the order of the alphabet, and how many tests had each.</summary>
    public IReadOnlyDictionary<string, long> Words => new SortedDictionary<string, long>(_words, StringComparer.Ordinal);

    /// <summary>What is covered by now.</summary>
    public CoverageFigures Figures => new(
        _tests,
        Part(_boundary, _profile.Options.BoundaryThreshold),
        Part(_steps, _profile.Options.StepThreshold),
        (double)_words.Count / SymbolicWords.Count(_profile.Options.Segments, _profile.Options.Symbols),
        UnitPart(units => units.Most.Count(value => value > 0), 1),
        UnitPart(units => units.Sections.Sum(System.Numerics.BitOperations.PopCount), _profile.Options.Sections),
        UnitPart(units => units.Most.Count(IsHigh) + units.Least.Count(value => value < -_profile.Options.ExtremeValue), 2),
        UnitPart(units => units.Most.Count(IsHigh), 1));

    /// <summary>Takes in a test.</summary>
    /// <param name="trace">What the network did.</param>
    /// <returns>Whether it covers a step or a word that none before did.</returns>
    /// <exception cref="ArgumentException">The trace is of another window or another network.</exception>
    public bool Add(StateTrace trace)
    {
        _profile.Check(trace);
        var units = _units ??= UnitTrace.Of(trace.Units.Least.Length);
        if (units.Least.Length != trace.Units.Least.Length)
            throw new ArgumentException($"The trace is of {trace.Units.Least.Length} units, and those before of {units.Least.Length}.", nameof(trace));
        units.Add(trace.Units);
        _tests++;
        var covers = false;
        for (var step = 0; step < _boundary.Length; step++)
        {
            covers |= Raise(ref _boundary[step], _profile.Boundary(trace, step), _profile.Options.BoundaryThreshold);
            covers |= Raise(ref _steps[step], _profile.Step(trace, step), _profile.Options.StepThreshold);
        }
        var word = Word(trace);
        var count = _words.GetValueOrDefault(word);
        _words[word] = count + 1;
        return covers || count == 0;
    }

    /// <summary>The word that a test has.</summary>
    /// <param name="trace">What the network did.</param>
    /// <exception cref="ArgumentException">The trace is of another window.</exception>
    public string Word(StateTrace trace)
    {
        _profile.Check(trace);
        return new string([.. _profile.Segments(trace).Select(value => SymbolicWords.Letter(value, _breakpoints))]);
    }

    /// <summary>What no test has covered yet.</summary>
    /// <param name="kind">Of which kind.</param>
    public IReadOnlyList<CoverageGoal> Open(CoverageKind kind)
    {
        var options = _profile.Options;
        if (kind == CoverageKind.Temporal)
        {
            return [.. SymbolicWords.All(options.Segments, options.Symbols).Where(word => !_words.ContainsKey(word))
                .Select(word => new CoverageGoal(_profile, kind, 0, word))];
        }
        var (peaks, threshold) = kind == CoverageKind.Boundary ? (_boundary, options.BoundaryThreshold) : (_steps, options.StepThreshold);
        return [.. Enumerable.Range(0, peaks.Length).Where(step => peaks[step] < threshold).Select(step => new CoverageGoal(_profile, kind, step, ""))];
    }

    /// <returns>Whether the threshold was passed now.</returns>
    private static bool Raise(ref double peak, double value, double threshold)
    {
        var passes = peak < threshold && value >= threshold;
        peak = Math.Max(peak, value);
        return passes;
    }

    private double Part(double[] peaks, double threshold) => _tests == 0 ? 0 : (double)peaks.Count(peak => peak >= threshold) / peaks.Length;

    private double UnitPart(Func<UnitTrace, int> count, int most) => _units == null ? 0 : (double)count(_units) / (most * _units.Least.Length);

    private bool IsHigh(float value) => value > _profile.Options.ExtremeValue;
}
