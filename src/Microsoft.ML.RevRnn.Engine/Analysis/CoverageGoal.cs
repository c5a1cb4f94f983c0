using Microsoft.ML.RevRnn.Analysis;

namespace Microsoft.ML.RevRnn;

/// <summary>Something that no test has covered yet, and how far a test is from it.</summary>
public sealed class CoverageGoal
{
    private readonly CoverageProfile _profile;

    internal CoverageGoal(CoverageProfile profile, CoverageKind kind, int step, string word)
    {
        _profile = profile;
        Kind = kind;
        Step = step;
        Word = word;
    }

    /// <summary>What it counts for.</summary>
    public CoverageKind Kind { get; }

    /// <summary>The step of the window, from 0; of temporal coverage 0.</summary>
    public int Step { get; }

    /// <summary>The word; empty for another kind of coverage.</summary>
    public string Word { get; }

    /// <summary>
    /// How far a test is from covering it, not above 0 where it does: what it lacks of the threshold or, of a word, how far its parts of the window are from the letters, in standard
    /// deviations, together.
    /// </summary>
    /// <param name="trace">What the network did.</param>
    /// <exception cref="ArgumentException">The trace is of another window.</exception>
    public double Distance(StateTrace trace)
    {
        _profile.Check(trace);
        return Kind switch
        {
            CoverageKind.Boundary => _profile.Options.BoundaryThreshold - _profile.Boundary(trace, Step),
            CoverageKind.StepWise => _profile.Options.StepThreshold - _profile.Step(trace, Step),
            _ => WordDistance(trace),
        };
    }

    private double WordDistance(StateTrace trace)
    {
        var breakpoints = SymbolicWords.Breakpoints(_profile.Options.Symbols);
        var segments = _profile.Segments(trace);
        var sum = 0.0;
        for (var i = 0; i < segments.Length; i++)
            sum += SymbolicWords.Distance(segments[i], Word[i], breakpoints);
        return sum;
    }
}
