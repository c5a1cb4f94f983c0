using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Byte pair encoding as it is defined: all pairs are counted anew for each merge, and each merge goes over all of the text.</summary>
internal static class NaiveBytePairs
{
    public static List<(int Left, int Right)> Learn(IEnumerable<string> texts, int maximumSize, int minimumCount)
    {
        var pieces = texts.SelectMany(Split).ToList();
        var merges = new List<(int Left, int Right)>();
        while (258 + merges.Count < maximumSize)
        {
            var counts = new Dictionary<(int Left, int Right), int>();
            foreach (var piece in pieces)
            {
                for (var i = 0; i + 1 < piece.Count; i++)
                    counts[(piece[i], piece[i + 1])] = counts.GetValueOrDefault((piece[i], piece[i + 1])) + 1;
            }
            var best = counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).FirstOrDefault();
            if (best.Value < minimumCount)
                break;
            merges.Add(best.Key);
            foreach (var piece in pieces)
                Apply(piece, best.Key, 257 + merges.Count);
        }
        return merges;
    }

    public static int[] Encode(string text, List<(int Left, int Right)> merges)
    {
        var pieces = Split(text);
        for (var i = 0; i < merges.Count; i++)
        {
            foreach (var piece in pieces)
                Apply(piece, merges[i], 258 + i);
        }
        return [.. pieces.SelectMany(piece => piece)];
    }

    private static List<List<int>> Split(string text)
    {
        var pieces = new List<List<int>>();
        foreach (var piece in new PieceTokenizer(text))
            pieces.Add([.. Encoding.UTF8.GetBytes(piece.ToString()).Select(value => value + 2)]);
        return pieces;
    }

    private static void Apply(List<int> piece, (int Left, int Right) pair, int token)
    {
        for (var i = 0; i + 1 < piece.Count; i++)
        {
            if ((piece[i], piece[i + 1]) == pair)
            {
                piece[i] = token;
                piece.RemoveAt(i + 1);
            }
        }
    }
}
