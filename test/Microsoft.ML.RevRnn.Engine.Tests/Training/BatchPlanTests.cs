using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class BatchPlanTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 8)]
    [DataRow(7, 8)]
    [DataRow(8, 8)]
    [DataRow(9, 8)]
    [DataRow(1_000, 1)]
    [DataRow(1_000, 7)]
    [DataRow(1_000, 4_096)]
    public void EachMemberIsInOneBatchAndAllButOneBatchAreFull(int count, int batchSize)
    {
        var sequences = Sequences.Random(2 * count, 0, 30);
        int[] members = [.. Enumerable.Range(0, count).Select(i => 2 * i + 1)];
        var batches = Batches(sequences, members, batchSize, 5);

        Assert.AreEqual((count + batchSize - 1) / batchSize, batches.Length);
        CollectionAssert.AreEqual(members, batches.SelectMany(batch => batch).Order().ToArray());
        var sizes = batches.Select(batch => batch.Length).Order().ToArray();
        Assert.AreEqual(count - (batches.Length - 1) * batchSize, sizes[0]);
        Assert.IsTrue(sizes.Skip(1).All(size => size == batchSize));
    }

    [TestMethod]
    public void WhateverTheLengthsEachMemberIsInOneBatchThatIsNotTooLarge() => Property.HoldsForArrays(0, 40, lengths =>
    {
        int[][] sequences = [.. lengths.Select(length => new int[length])];
        var batchSize = 1 + lengths.Sum() % 9;
        static int Limit(int longest) => Math.Max(1, 60 / Math.Max(1, longest));
        var plan = new BatchPlan(sequences, Parameter.Identity(lengths.Length), batchSize, (ulong)lengths.Length, Limit);

        int[][] batches = [.. Enumerable.Range(0, plan.BatchCount).Select(batch => plan.Batch(batch).ToArray())];

        CollectionAssert.AreEqual(Parameter.Identity(lengths.Length), batches.SelectMany(batch => batch).Order().ToArray());
        foreach (var batch in batches)
        {
            var most = Math.Min(batchSize, Limit(batch.Max(member => lengths[member])));
            Assert.IsTrue(batch.Length >= 1 && batch.Length <= most, $"{batch.Length} of {most}");
        }
    });

    [TestMethod]
    public void NoMembersMakeNoBatch() => Assert.AreEqual(0, new BatchPlan([], [], 8, 1).BatchCount);

    [TestMethod]
    public void MembersAreNotReordered()
    {
        var members = Parameter.Identity(100);
        _ = new BatchPlan(Sequences.Random(100, 1, 30), members, 8, 3);

        CollectionAssert.AreEqual(Parameter.Identity(100), members);
    }

    [TestMethod]
    public void LengthsWithinABatchAreSimilar()
    {
        const int BatchSize = 8;
        var sequences = Sequences.Random(3_000, 1, 200);
        var batches = Batches(sequences, Parameter.Identity(sequences.Length), BatchSize, 5);

        // Sorted by length 512 at a time, 8 of them span about 8 / 512 of all lengths; at random nearly all.
        var spans = batches.Select(batch => batch.Max(i => sequences[i].Length) - batch.Min(i => sequences[i].Length)).ToArray();
        Assert.IsTrue(spans.Average() < 4, $"{spans.Average()}");
        // Padding, were there any, would be next to none.
        var padded = batches.Sum(batch => batch.Length * batch.Max(i => sequences[i].Length));
        Assert.IsTrue(padded < 1.03 * sequences.Sum(sequence => sequence.Length));
    }

    [TestMethod]
    public void LongAndShortBatchesAreMixed()
    {
        var sequences = Sequences.Random(3_000, 1, 200);
        var lengths = Batches(sequences, Parameter.Identity(sequences.Length), 8, 5).Select(batch => batch.Average(i => sequences[i].Length)).ToArray();

        var (first, second) = (lengths[..(lengths.Length / 2)].Average(), lengths[(lengths.Length / 2)..].Average());
        Assert.AreEqual(first, second, 20);
        Assert.IsTrue(lengths.Zip(lengths.Skip(1)).Count(pair => pair.First < pair.Second) is var rises && Math.Abs(rises - lengths.Length / 2) < 60, $"{rises}");
    }

    [TestMethod]
    public void TheSameKeyGivesTheSamePlanAndAnotherKeyAnother()
    {
        var sequences = Sequences.Random(500, 1, 40);
        var members = Parameter.Identity(500);
        var one = Flat(Batches(sequences, members, 8, 5));

        CollectionAssert.AreEqual(one, Flat(Batches(sequences, members, 8, 5)));
        CollectionAssert.AreNotEqual(one, Flat(Batches(sequences, members, 8, 6)));
    }

    [TestMethod]
    [DataRow(5, 5)]
    [DataRow(4, 5)]
    public void OtherSequencesMeetInEachEpoch(int shortest, int longest)
    {
        // Fewer than a pool: with an order among equal lengths that is always the same, every epoch would have the same batches.
        var sequences = Sequences.Random(400, shortest, longest);
        var meetings = new HashSet<(int, int)>();
        const int Epochs = 5, BatchSize = 8;
        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            foreach (var batch in Batches(sequences, Parameter.Identity(400), BatchSize, (ulong)epoch))
            {
                foreach (var i in batch)
                    meetings.UnionWith(batch.Where(j => j > i).Select(j => (i, j)));
            }
        }

        // Chance alone lets few pairs meet twice.
        const int Each = 400 / BatchSize * (BatchSize * (BatchSize - 1) / 2);
        Assert.IsTrue(meetings.Count > 0.8 * Epochs * Each, $"{meetings.Count} of {Epochs * Each}");
    }

    [TestMethod]
    public void AShuffleIsAPermutationAndEachPlaceIsAsLikely()
    {
        const int Count = 8, Rounds = 8_000;
        var places = new int[Count, Count];
        for (var round = 0; round < Rounds; round++)
        {
            var values = Parameter.Identity(Count);
            BatchPlan.Shuffle(values, (ulong)round * 1_000);
            CollectionAssert.AreEquivalent(Parameter.Identity(Count), values);
            for (var i = 0; i < Count; i++)
                places[i, values[i]]++;
        }
        // 1,000 each, give or take five deviations of 30.
        foreach (var count in places)
            Assert.AreEqual(Rounds / Count, count, 150);
    }

    private static int[][] Batches(int[][] sequences, int[] members, int batchSize, ulong key)
    {
        var plan = new BatchPlan(sequences, members, batchSize, key);
        return [.. Enumerable.Range(0, plan.BatchCount).Select(i => plan.Batch(i).ToArray())];
    }

    /// <summary>All members, batches divided by -1.</summary>
    private static int[] Flat(int[][] batches) => [.. batches.SelectMany(batch => (int[])[.. batch, -1])];
}
