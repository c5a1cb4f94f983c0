using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>
/// The maps of n-grams that were used last on a list of them. They depend on nothing of the network, so that trainings of several networks on the same list, or of one that
/// pauses and goes on, train each once. They go with the list.
/// </summary>
internal sealed class NGramMemo
{
    /// <summary>A map of many n-grams takes tens of megabytes.</summary>
    private const int MostMaps = 4;

    private static readonly ConditionalWeakTable<IReadOnlyList<NGramVector>, NGramMemo> _memos = [];

    private readonly Lock _lock = new();
    private readonly List<(byte[] Identity, NGramWeights Weights)> _maps = [];

    /// <summary>A map that was trained on the same before, or else the one that is trained now.</summary>
    /// <param name="set">The n-grams.</param>
    /// <param name="objective">What the outcomes should be.</param>
    /// <param name="outcomes">C.</param>
    /// <param name="members">Which of the n-grams are trained on.</param>
    /// <param name="seed">Of all that is random.</param>
    /// <param name="train">Trains it.</param>
    public static NGramWeights Of(NGramSet set, Objective objective, int outcomes, int[] members, ulong seed, Func<NGramWeights> train)
        => _memos.GetOrCreateValue(set.Vectors).Get(Identity(set.Options, objective, outcomes, members, seed), train);

    private NGramWeights Get(byte[] identity, Func<NGramWeights> train)
    {
        // Whoever comes second waits: training twice would take both longer.
        lock (_lock)
        {
            var known = _maps.FindIndex(map => identity.AsSpan().SequenceEqual(map.Identity));
            var map = known < 0 ? (Identity: identity, Weights: train()) : _maps[known];
            if (known >= 0)
                _maps.RemoveAt(known);
            else if (_maps.Count == MostMaps)
                _maps.RemoveAt(0);
            _maps.Add(map);
            return map.Weights;
        }
    }

    private static byte[] Identity(NGramOptions options, Objective objective, int outcomes, int[] members, ulong seed)
    {
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var writer = new BinaryWriter(hashed))
        {
            writer.Write(options.ToString());
            writer.Write(outcomes);
            writer.Write(seed);
            foreach (var member in members)
                writer.Write(member);
            objective.WriteIdentity(writer);
        }
        return hash.Hash!;
    }
}
