using Microsoft.ML.RevRnn.Groups;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class ShardSumTests
{
    private const int Length = 1_003;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(5)]
    [DataRow(8)]
    [DataRow(12)]
    public void TheSumIsThatOfTheTreeForAnyNumberOfRanks(int shards)
    {
        var expected = Tree([.. Enumerable.Range(0, shards).Select(Vector)], values => values);
        for (var ranks = 1; ranks <= shards; ranks++)
        {
            foreach (var sum in ThreadGroup.Run(ranks, group => Sum(shards, group, GradientFormat.Single)))
                CollectionAssert.AreEqual(expected, sum, $"{ranks} ranks");
        }
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    [DataRow(8)]
    public void InBFloat16EachNodeIsRoundedWhicheverRankHasIt(int shards)
    {
        var expected = Tree([.. Enumerable.Range(0, shards).Select(Vector)], Rounded);
        for (var ranks = 1; ranks <= shards; ranks++)
        {
            foreach (var sum in ThreadGroup.Run(ranks, group => Sum(shards, group, GradientFormat.BFloat16)))
                CollectionAssert.AreEqual(expected, sum, $"{ranks} ranks");
        }
    }

    [TestMethod]
    public void AVectorMayBeShorterThanThereAreRanksAndLongerTheNextTime()
    {
        foreach (var ranks in (int[])[3, 4])
        {
            var sums = ThreadGroup.Run(ranks, group =>
            {
                using var sum = new ShardSum(4, group, GradientFormat.Single);
                return new[] { 0, 1, 3, 50 }.Select(length =>
                {
                    sum.Begin(length);
                    for (var shard = sum.Own.First; shard < sum.Own.End; shard++)
                    {
                        sum.Leaf(shard).Fill(1 << shard);
                        sum.Add(shard);
                    }
                    return sum.Finish().ToArray();
                }).ToArray();
            });
            foreach (var ofRank in sums)
            {
                foreach (var (length, values) in new[] { 0, 1, 3, 50 }.Zip(ofRank))
                    CollectionAssert.AreEqual(Enumerable.Repeat(15f, length).ToArray(), values);
            }
        }
    }

    [TestMethod]
    [DataRow(1f, 1f)]
    [DataRow(-2.5f, -2.5f)]
    [DataRow(1.00390625f, 1f)] // Half of the last bit: to the even one below,
    [DataRow(1.01171875f, 1.015625f)] // and above.
    [DataRow(1.00390637f, 1.0078125f)]
    [DataRow(float.MaxValue, float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity, float.NegativeInfinity)]
    [DataRow(float.NaN, float.NaN)]
    [DataRow(1e-45f, 0f)]
    public void RoundingIsToTheNearestAndHalvesToEven(float value, float expected)
    {
        float[] values = [value];
        var packed = new ushort[1];

        BFloat16.Round(values);
        BFloat16.Pack(values, packed);
        var unpacked = new float[1];
        BFloat16.Unpack(packed, unpacked);

        Assert.AreEqual(expected, values[0]);
        Assert.AreEqual(expected, unpacked[0]);
    }

    [TestMethod]
    public void EachShardHasOneOwner()
    {
        for (var shards = 1; shards < 40; shards++)
        {
            for (var ranks = 1; ranks <= shards; ranks++)
            {
                for (var shard = 0; shard < shards; shard++)
                {
                    var (first, end) = ShardRanges.Of(ShardRanges.Owner(shard, ranks, shards), ranks, shards);
                    Assert.IsTrue(shard >= first && shard < end, $"{shard} of {shards} on {ranks}");
                }
                Assert.IsTrue(Enumerable.Range(0, ranks).All(rank => ShardRanges.Of(rank, ranks, shards) is var (first, end) && end > first));
            }
        }
    }

    private static float[] Sum(int shards, IGradientGroup group, GradientFormat format)
    {
        using var sum = new ShardSum(shards, group, format);
        // The second time buffers are used again.
        for (var i = 0; ; i++)
        {
            sum.Begin(Length);
            for (var shard = sum.Own.First; shard < sum.Own.End; shard++)
            {
                Vector(shard).CopyTo(sum.Leaf(shard));
                sum.Add(shard);
            }
            var total = sum.Finish().ToArray();
            if (i == 1)
                return total;
        }
    }

    /// <summary>The sum as it is defined, level by level.</summary>
    private static float[] Tree(float[][] nodes, Func<float[], float[]> round)
    {
        nodes = Array.ConvertAll(nodes, node => round(node));
        while (nodes.Length > 1)
            nodes = [.. nodes.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : round([.. pair[0].Zip(pair[1], (left, right) => left + right)]))];
        return nodes[0];
    }

    private static float[] Rounded(float[] values)
    {
        var rounded = (float[])values.Clone();
        BFloat16.Round(rounded);
        return rounded;
    }

    /// <summary>Values of many sizes, so that each order of adding has other bits.</summary>
    private static float[] Vector(int shard)
    {
        var random = new Random(shard);
        return [.. Enumerable.Range(0, Length).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-4, 4)))];
    }
}
