namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// The copying memory task (Hochreiter and Schmidhuber 1997; laid out as Arjovsky, Shah and Bengio 2016 have it): ten symbols, T - 1 blanks, a delimiter and ten blanks; to be
/// said are T + 10 blanks, then the ten symbols. Who remembers nothing can do no better than guess them.
/// </summary>
internal static class CopyTask
{
    /// <summary>Tokens that are read: the blank 0, the symbols 1 to 8, the delimiter 9.</summary>
    public const int Alphabet = 10;

    /// <summary>Tokens that are said: blank and symbols.</summary>
    public const int Outcomes = 9;

    private const int Symbols = 8, Copied = 10, Delimiter = 9;

    /// <summary>Steps of a sequence.</summary>
    public static int Length(int delay) => delay + 2 * Copied;

    /// <summary>The least mean cross-entropy without memory: 10 ln 8 / (T + 20).</summary>
    public static double Baseline(int delay) => Copied * Math.Log(Symbols) / Length(delay);

    /// <summary>What the memoryless predictor gives an outcome at a step: blanks until there are symbols to be said, then each of these alike.</summary>
    public static double MemorylessProbability(int delay, int step, int outcome)
        => step < delay + Copied ? (outcome == 0 ? 1 : 0) : outcome == 0 ? 0 : 1.0 / Symbols;

    /// <param name="delay">T.</param>
    /// <param name="random">What symbols are drawn from.</param>
    /// <returns>[T + 20] each.</returns>
    public static (int[] Inputs, int[] Targets) Draw(int delay, Random random)
    {
        var (inputs, targets) = (new int[Length(delay)], new int[Length(delay)]);
        for (var i = 0; i < Copied; i++)
            targets[delay + Copied + i] = inputs[i] = random.Next(1, Symbols + 1);
        inputs[delay + Copied - 1] = Delimiter;
        return (inputs, targets);
    }
}
