namespace Microsoft.ML.RevRnn.Analysis;

/// <summary>A series as a word (Lin et al. 2003, SAX): each value is one of a few letters, which are equally probable where values are normal.</summary>
internal static class SymbolicWords
{
    /// <summary>Where the letters change: symbols - 1 quantiles of the normal distribution.</summary>
    public static double[] Breakpoints(int symbols) => [.. Enumerable.Range(1, symbols - 1).Select(i => NormalQuantile((double)i / symbols))];

    /// <summary>The letter of a value, from a.</summary>
    public static char Letter(double value, ReadOnlySpan<double> breakpoints)
    {
        var letter = 'a';
        foreach (var breakpoint in breakpoints)
        {
            if (value >= breakpoint)
                letter++;
        }
        return letter;
    }

    /// <summary>How far a value is from those of a letter; 0 where it is one.</summary>
    public static double Distance(double value, char letter, ReadOnlySpan<double> breakpoints)
    {
        var index = letter - 'a';
        if (index > 0 && value < breakpoints[index - 1])
            return breakpoints[index - 1] - value;
        return index < breakpoints.Length && value >= breakpoints[index] ? value - breakpoints[index] : 0;
    }

    /// <summary>All words of so many letters, in the order of the alphabet.</summary>
    public static IEnumerable<string> All(int letters, int symbols)
    {
        long count = Count(letters, symbols);
        for (long number = 0; number < count; number++)
            yield return Word(number, letters, symbols);
    }

    /// <summary>How many words there are.</summary>
    public static long Count(int letters, int symbols)
    {
        var count = 1L;
        for (var i = 0; i < letters; i++)
            count *= symbols;
        return count;
    }

    /// <summary>A word by its place in the order of the alphabet.</summary>
    public static string Word(long number, int letters, int symbols)
    {
        var word = new char[letters];
        for (var i = letters - 1; i >= 0; i--, number /= symbols)
            word[i] = (char)('a' + number % symbols);
        return new string(word);
    }

    /// <summary>Of a probability from 0.075 to 0.925, to about 1e-16 (Wichura 1988, AS 241, PPND16, its central part).</summary>
    private static double NormalQuantile(double probability)
    {
        var q = probability - 0.5;
        var r = 0.180625 - q * q;
        return q * Polynomial(r,
            [
                2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
                13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
            ])
            / Polynomial(r,
            [
                5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
            ]);
    }

    private static double Polynomial(double x, ReadOnlySpan<double> coefficients)
    {
        var sum = 0.0;
        foreach (var coefficient in coefficients)
            sum = sum * x + coefficient;
        return sum;
    }
}
