using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The map of n-grams with a dictionary for a hash table, trained by one pass of AdaGrad on two classes, in double precision.</summary>
internal sealed class PlainNGrams
{
    private readonly Dictionary<uint, (double Idf, double[] Weights, double[] Squares)> _known = [];
    private readonly double[] _bias = new double[2];

    public PlainNGrams(IReadOnlyList<NGramVector> texts, int[] members, int[] labels, double rate, double l2, ulong seed)
    {
        foreach (var group in members.SelectMany(member => texts[member].Hashes.ToArray()).GroupBy(hash => hash))
            _known[group.Key] = (Math.Log(1 + (double)members.Length / group.Count()), new double[2], new double[2]);
        var order = members.Select((_, i) => i).ToArray();
        BatchPlan.Shuffle(order, CounterRandom.Key(seed, RandomUse.NGramOrder, 0));
        foreach (var i in order)
        {
            var scores = Scores(texts[members[i]]);
            var p = 1 / (1 + Math.Exp(scores[0] - scores[1]));
            double[] gradient = [1 - p - (labels[members[i]] == 0 ? 1 : 0), p - (labels[members[i]] == 1 ? 1 : 0)];
            foreach (var (hash, x) in Values(texts[members[i]]))
            {
                var (_, weights, squares) = _known[hash];
                for (var c = 0; c < 2; c++)
                {
                    var g = gradient[c] * x + l2 * weights[c];
                    squares[c] += g * g;
                    weights[c] -= rate * g / (Math.Sqrt(squares[c]) + 1e-6);
                }
            }
            for (var c = 0; c < 2; c++)
                _bias[c] -= 0.01 * gradient[c];
        }
    }

    public double[] Scores(NGramVector text)
    {
        var scores = (double[])_bias.Clone();
        foreach (var (hash, x) in Values(text))
        {
            for (var c = 0; c < 2; c++)
                scores[c] += x * _known[hash].Weights[c];
        }
        return scores;
    }

    private List<(uint Hash, double Value)> Values(NGramVector text)
    {
        var values = new List<(uint, double Value)>();
        for (var i = 0; i < text.Count; i++)
        {
            var hash = text.Hashes[i];
            if (_known.TryGetValue(hash, out var known))
                values.Add((hash, text.Values[i] * known.Idf * (hash >> 31 == 0 ? 1 : -1)));
        }
        var length = Math.Sqrt(values.Sum(value => value.Value * value.Value));
        return values.ConvertAll(value => (value.Item1, value.Value / length));
    }
}
