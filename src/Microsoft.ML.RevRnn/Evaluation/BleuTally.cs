using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.RevRnn.Evaluation;

/// <summary>Counts matching n-grams, sentence by sentence (Papineni et al. 2002; counts and smoothing as sacreBLEU has them, Post 2018).</summary>
/// <param name="options">How to compute the score.</param>
/// <param name="referenceCount">References of each sentence.</param>
internal sealed class BleuTally(BleuOptions options, int referenceCount)
{
    private const int Orders = 4;

    private readonly long[] _matches = new long[Orders];
    private readonly long[] _totals = new long[Orders];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private long _hypothesisLength;
    private long _referenceLength;

    /// <summary>Counts a sentence.</summary>
    public void Add(IReadOnlyList<string> hypothesis, IReadOnlyList<IReadOnlyList<string>> references)
    {
        var counts = Count(hypothesis);
        var known = new Dictionary<NGram, int>();
        foreach (var reference in references)
        {
            foreach (var (gram, count) in Count(reference))
                known[gram] = Math.Max(count, known.GetValueOrDefault(gram));
        }
        foreach (var (gram, count) in counts)
        {
            _totals[gram.Order - 1] += count;
            _matches[gram.Order - 1] += Math.Min(count, known.GetValueOrDefault(gram));
        }
        _hypothesisLength += hypothesis.Count;
        _referenceLength += references.Select(reference => reference.Count).OrderBy(length => Math.Abs(length - hypothesis.Count)).ThenBy(length => length).First();
    }

    public BleuScore Score()
    {
        var brevity = _hypothesisLength >= _referenceLength && _hypothesisLength > 0 ? 1
            : _hypothesisLength > 0 ? Math.Exp(1 - (double)_referenceLength / _hypothesisLength) : 0;
        var (precisions, orders) = Precisions();
        return new BleuScore
        {
            Score = orders == 0 ? 0 : brevity * Math.Exp(precisions.Take(orders).Sum(Math.Log) / orders),
            Precisions = precisions,
            Matches = [.. _matches],
            Totals = [.. _totals],
            BrevityPenalty = brevity,
            HypothesisLength = _hypothesisLength,
            ReferenceLength = _referenceLength,
            Signature = Signature(),
        };
    }

    /// <summary>The precisions in per cent, and the number of orders that the mean is over; 0 where nothing matches.</summary>
    private (double[] Precisions, int Orders) Precisions()
    {
        var precisions = new double[Orders];
        if (_matches.All(count => count == 0))
            return (precisions, 0);
        var (reached, halved) = (0, 1.0);
        for (var n = 0; n < Orders; n++)
        {
            var added = options.Smoothing == BleuSmoothing.AddK && n > 0 ? SmoothingValue : 0;
            var (matches, total) = (_matches[n] + added, _totals[n] + added);
            if (total == 0)
                break;
            reached = n + 1;
            if (matches == 0 && options.Smoothing == BleuSmoothing.Exponential)
                matches = 1 / (halved *= 2);
            else if (matches == 0 && options.Smoothing == BleuSmoothing.Floor)
                matches = SmoothingValue;
            precisions[n] = 100 * matches / total;
        }
        return (precisions, options.EffectiveOrder ? reached : Orders);
    }

    private double SmoothingValue => options.SmoothingValue ?? (options.Smoothing == BleuSmoothing.Floor ? 0.1 : 1);

    private string Signature()
    {
        var smoothing = options.Smoothing switch
        {
            BleuSmoothing.Exponential => "exp",
            BleuSmoothing.Floor => string.Create(CultureInfo.InvariantCulture, $"floor[{SmoothingValue:0.00}]"),
            BleuSmoothing.AddK => string.Create(CultureInfo.InvariantCulture, $"add-k[{SmoothingValue:0.00}]"),
            _ => "none",
        };
        var version = typeof(BleuTally).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        return $"nrefs:{referenceCount}|case:{(options.Lowercase ? "lc" : "mixed")}|eff:{(options.EffectiveOrder ? "yes" : "no")}|" +
            $"tok:{(options.Tokenization == BleuTokenization.Mteval13a ? "13a" : "none")}|smooth:{smoothing}|version:RevRnn-{version}";
    }

    private Dictionary<NGram, int> Count(IReadOnlyList<string> tokens)
    {
        var numbers = new int[tokens.Count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = Number(tokens[i]);
        var counts = new Dictionary<NGram, int>();
        for (var i = 0; i < numbers.Length; i++)
        {
            for (var n = 1; n <= Orders && i + n <= numbers.Length; n++)
            {
                var gram = new NGram(numbers[i], n > 1 ? numbers[i + 1] : 0, n > 2 ? numbers[i + 2] : 0, n > 3 ? numbers[i + 3] : 0);
                counts[gram] = counts.GetValueOrDefault(gram) + 1;
            }
        }
        return counts;
    }

    /// <summary>A number for each token, from 1.</summary>
    private int Number(string token)
    {
        if (!_numbers.TryGetValue(token, out var number))
            _numbers.Add(token, number = _numbers.Count + 1);
        return number;
    }

    /// <summary>Up to four tokens; 0 behind the last.</summary>
    private readonly record struct NGram(int First, int Second, int Third, int Fourth)
    {
        public int Order => Fourth != 0 ? 4 : Third != 0 ? 3 : Second != 0 ? 2 : 1;
    }
}
