namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber 1997): each step has a number from [0, 1) and a mark, which is 1 at a step of the first half and at one of the second and
/// else 0; to be said at the end is the sum of the two marked numbers. Whoever always says 1 is off by 1/6, the sum's variance.
/// </summary>
internal static class AddingTask
{
    /// <summary>Values of a step: number and mark.</summary>
    public const int Inputs = 2;

    /// <summary>The least mean squared error without memory.</summary>
    public const double Baseline = 1.0 / 6;

    /// <param name="steps">T.</param>
    /// <param name="random">What numbers and places are drawn from.</param>
    /// <returns>[T, 2], and the sum.</returns>
    public static (float[] Inputs, float Target) Draw(int steps, Random random)
    {
        var inputs = new float[steps * Inputs];
        for (var t = 0; t < steps; t++)
            inputs[t * Inputs] = random.NextSingle();
        var (first, second) = (random.Next(steps / 2), random.Next(steps / 2, steps));
        inputs[first * Inputs + 1] = inputs[second * Inputs + 1] = 1;
        return (inputs, inputs[first * Inputs] + inputs[second * Inputs]);
    }
}
