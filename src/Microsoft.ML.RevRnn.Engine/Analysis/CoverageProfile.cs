namespace Microsoft.ML.RevRnn;

/// <summary>
/// How the sum of a network's units behaves on the texts that it is known to do well on, such as those of its training: what tests are compared with. Over all steps of the window
/// and all sequences together. Immutable.
/// </summary>
public sealed class CoverageProfile
{
    private CoverageProfile(CoverageOptions options) => Options = options;

    /// <summary>What is looked at.</summary>
    public CoverageOptions Options { get; }

    /// <summary>The least |S_t|.</summary>
    public double LeastMagnitude { get; private set; } = double.PositiveInfinity;

    /// <summary>The greatest |S_t|.</summary>
    public double GreatestMagnitude { get; private set; } = double.NegativeInfinity;

    /// <summary>The least |S_t - S_{t-1}|.</summary>
    public double LeastChange { get; private set; } = double.PositiveInfinity;

    /// <summary>The greatest |S_t - S_{t-1}|.</summary>
    public double GreatestChange { get; private set; } = double.NegativeInfinity;

    /// <summary>The mean of |S_t|.</summary>
    public double Mean { get; private set; }

    /// <summary>The standard deviation of |S_t|, over n.</summary>
    public double Deviation { get; private set; }

    /// <summary>The profile of sequences, which are gone through once.</summary>
    /// <param name="traces">What the network did; at least one.</param>
    /// <param name="options">The options that the traces were made with.</param>
    /// <exception cref="ArgumentException">There are none, or one is of another window.</exception>
    public static CoverageProfile Of(IEnumerable<StateTrace> traces, CoverageOptions options)
    {
        ArgumentNullException.ThrowIfNull(traces);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var profile = new CoverageProfile(options);
        var (count, squares) = (0L, 0.0);
        foreach (var trace in traces)
        {
            profile.Check(trace);
            for (var step = 0; step < options.WindowLength; step++)
            {
                var (magnitude, change) = (trace.Magnitude(step), trace.Change(step));
                profile.LeastMagnitude = Math.Min(profile.LeastMagnitude, magnitude);
                profile.GreatestMagnitude = Math.Max(profile.GreatestMagnitude, magnitude);
                profile.LeastChange = Math.Min(profile.LeastChange, change);
                profile.GreatestChange = Math.Max(profile.GreatestChange, change);
                // Welford 1962: without the difference of two large sums.
                var distance = magnitude - profile.Mean;
                profile.Mean += distance / ++count;
                squares += distance * (magnitude - profile.Mean);
            }
        }
        if (count == 0)
            throw new ArgumentException("There are no sequences, so it is not known how the network behaves.", nameof(traces));
        profile.Deviation = Math.Sqrt(squares / count);
        return profile;
    }

    /// <exception cref="ArgumentException">The trace is of another window.</exception>
    internal void Check(StateTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        if (trace.Sums.Count != Options.WindowLength)
            throw new ArgumentException($"The trace is of a window of {trace.Sums.Count} steps, and the profile of {Options.WindowLength}.", nameof(trace));
    }

    /// <summary>|S_t| of a step, 0 to 1 within what it was in training.</summary>
    internal double Boundary(StateTrace trace, int step) => Part(trace.Magnitude(step), LeastMagnitude, GreatestMagnitude);

    /// <summary>The same of |S_t - S_{t-1}|.</summary>
    internal double Step(StateTrace trace, int step) => Part(trace.Change(step), LeastChange, GreatestChange);

    /// <summary>
    /// [segments]: |S_t| in standard deviations from the mean of training, in as many means over equal parts of the window. Where these do not divide it, steps are shared between
    /// two parts.
    /// </summary>
    internal double[] Segments(StateTrace trace)
    {
        var (segments, window) = (Options.Segments, Options.WindowLength);
        var means = new double[segments];
        // Each step is as wide as there are segments, each segment as wide as there are steps.
        for (var place = 0; place < segments * window; place++)
            means[place / window] += Standard(trace.Magnitude(place / segments));
        for (var segment = 0; segment < segments; segment++)
            means[segment] /= window;
        return means;
    }

    private static double Part(double value, double least, double most) => most > least ? (value - least) / (most - least) : 0;

    private double Standard(double magnitude) => Deviation > 0 ? (magnitude - Mean) / Deviation : 0;
}
