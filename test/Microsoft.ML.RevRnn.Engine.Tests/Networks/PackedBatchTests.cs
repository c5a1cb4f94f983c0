using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class PackedBatchTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void ReversedOnceTokensAreBackwardsAndTwiceAsTheyWere(int fixedTokens) => Property.HoldsForArrays(1, 30, lengths =>
    {
        int[][] sequences = [.. lengths.Select((length, i) => Sequences.Random(1, length, length, 100, i)[0])];
        var (forward, reversed, again) = (new PackedBatch(), new PackedBatch(), new PackedBatch());
        forward.Fill(sequences, Parameter.Identity(lengths.Length), 0);

        reversed.FillReversed(forward, fixedTokens);
        again.FillReversed(reversed, fixedTokens);

        for (var row = 0; row < reversed.RowCount; row++)
        {
            var tokens = sequences[reversed.SequenceOfRow(row)];
            for (var t = 0; t < tokens.Length; t++)
            {
                var expected = t < fixedTokens ? tokens[t] : tokens[tokens.Length - 1 + fixedTokens - t];
                Assert.AreEqual(expected, reversed.Tokens[(int)reversed.FlatOffset(t) + row], $"token {t} of row {row}");
            }
        }
        CollectionAssert.AreEqual(forward.Tokens.ToArray(), again.Tokens.ToArray());
    });

    [TestMethod]
    public void SequencesLieLongestFirstAndStepByStep()
    {
        var batch = new PackedBatch();

        batch.Fill([[1, 2], [3, 4, 5, 6], [7], [8, 9]], [0, 1, 2, 3], 0);

        Assert.AreEqual(4, batch.RowCount);
        Assert.AreEqual(4, batch.StepCount);
        Assert.AreEqual(9, batch.TokenCount);
        CollectionAssert.AreEqual(new[] { 3, 1, 8, 7, 4, 2, 9, 5, 6 }, batch.Tokens.ToArray());
        CollectionAssert.AreEqual(new[] { 4, 3, 1, 1 }, Enumerable.Range(0, 4).Select(batch.ActiveRows).ToArray());
        CollectionAssert.AreEqual(new[] { 0L, 4, 7, 8, 9 }, Enumerable.Range(0, 5).Select(batch.FlatOffset).ToArray());
        CollectionAssert.AreEqual(new[] { 4, 2, 2, 1 }, Enumerable.Range(0, 4).Select(batch.Length).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 0, 3, 2 }, Enumerable.Range(0, 4).Select(batch.MemberOfRow).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 0, 3, 2 }, Enumerable.Range(0, 4).Select(batch.RowOfMember).ToArray());
    }

    [TestMethod]
    public void MembersChooseAmongTheSequences()
    {
        var batch = new PackedBatch();

        batch.Fill([[1], [2, 2], [3, 3, 3]], [2, 0], 0);

        CollectionAssert.AreEqual(new[] { 3, 1, 3, 3 }, batch.Tokens.ToArray());
        Assert.AreEqual(0, batch.MemberOfRow(0));
        Assert.AreEqual(1, batch.MemberOfRow(1));
    }

    [TestMethod]
    public void AnEmptySequenceIsTheEmptyToken()
    {
        var batch = new PackedBatch();

        batch.Fill([[], [5, 6]], [0, 1], 9);

        CollectionAssert.AreEqual(new[] { 5, 9, 6 }, batch.Tokens.ToArray());
        Assert.AreEqual(1, batch.Length(1));
    }

    [TestMethod]
    public void NoMembersMakeAnEmptyBatch()
    {
        var batch = new PackedBatch();
        batch.Fill([[1, 2]], [0], 0);

        batch.Fill([[1, 2]], [], 0);

        Assert.AreEqual(0, batch.RowCount);
        Assert.AreEqual(0, batch.StepCount);
        Assert.AreEqual(0, batch.TokenCount);
    }

    [TestMethod]
    public void OneSequenceIsArrangedLikeABatchOfOne()
    {
        foreach (var sequence in (int[][])[[4, 5, 6], [], [7]])
        {
            var (one, other) = (new PackedBatch(), new PackedBatch());
            one.Fill([sequence], [0], 3);
            other.Fill(Sequences.Random(5, 1, 9), [0, 1, 2, 3, 4], 0);
            other.Fill(sequence, 3);

            CollectionAssert.AreEqual(one.Tokens.ToArray(), other.Tokens.ToArray());
            Assert.AreEqual(one.StepCount, other.StepCount);
            Assert.AreEqual(1, other.RowCount);
            Assert.AreEqual(one.Length(0), other.Length(0));
            Assert.AreEqual(0, other.RowOfMember(0));
            Assert.AreEqual(0, other.MemberOfRow(0));
            for (var t = 0; t <= one.StepCount; t++)
                Assert.AreEqual(one.FlatOffset(t), other.FlatOffset(t));
            for (var t = 0; t < one.StepCount; t++)
                Assert.AreEqual(1, other.ActiveRows(t));
        }
    }

    [TestMethod]
    public void ABatchCanBeFilledAgainWithAnySizes()
    {
        var again = new PackedBatch();
        foreach (var rows in (int[])[3, 20, 1, 7, 40, 2])
        {
            var sequences = Sequences.Random(rows, 0, 5 * rows, seed: rows);
            var fresh = new PackedBatch();
            again.Fill(sequences, Parameter.Identity(rows), 1);
            fresh.Fill(sequences, Parameter.Identity(rows), 1);

            CollectionAssert.AreEqual(fresh.Tokens.ToArray(), again.Tokens.ToArray());
            for (var row = 0; row < rows; row++)
            {
                Assert.AreEqual(row, again.RowOfMember(again.MemberOfRow(row)));
                Assert.AreEqual(Math.Max(1, sequences[again.MemberOfRow(row)].Length), again.Length(row));
            }
        }
    }

    [TestMethod]
    public void ChunksLayOutStepsAndSlots()
    {
        var batch = new PackedBatch();
        batch.Fill([[1, 2], [3, 4, 5, 6], [7], [8, 9]], [0, 1, 2, 3], 0);

        var chunk = new Chunk(batch, 1, 1, 2);

        Assert.AreEqual(4L, chunk.FlatStart);
        Assert.AreEqual(4, chunk.FlatRows);
        Assert.AreEqual(7, chunk.SlotRows);
        Assert.AreEqual(3, chunk.ActiveRows(0));
        Assert.AreEqual(1, chunk.ActiveRows(1));
        Assert.AreEqual(0, chunk.FlatRow(0));
        Assert.AreEqual(3, chunk.FlatRow(1));
        Assert.AreEqual(0, chunk.SlotBefore(0));
        Assert.AreEqual(3, chunk.SlotAfter(0));
        Assert.AreEqual(3, chunk.SlotBefore(1));
        Assert.AreEqual(6, chunk.SlotAfter(1));
    }

    [TestMethod]
    public void AWindowHasTheSameStepsOfAllStreams()
    {
        var batch = new PackedBatch();
        batch.Fill([[1, 2], [3]], [0, 1], 0);
        int[] stream = [.. Enumerable.Range(0, 31)];

        batch.FillWindow(stream, rows: 3, rowLength: 10, first: 4, steps: 2);

        Assert.AreEqual(3, batch.RowCount);
        Assert.AreEqual(2, batch.StepCount);
        Assert.AreEqual(6, batch.TokenCount);
        CollectionAssert.AreEqual(new[] { 4, 14, 24, 5, 15, 25 }, batch.Tokens.ToArray());
        CollectionAssert.AreEqual(new[] { 6, 16, 26 }, Enumerable.Range(0, 3).Select(batch.TokenAfter).ToArray());
        CollectionAssert.AreEqual(new[] { 3, 3 }, Enumerable.Range(0, 2).Select(batch.ActiveRows).ToArray());
        CollectionAssert.AreEqual(new[] { 0L, 3, 6 }, Enumerable.Range(0, 3).Select(batch.FlatOffset).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, Enumerable.Range(0, 3).Select(batch.RowOfMember).ToArray());
    }

    [TestMethod]
    public void TheLastWindowOfTheLastStreamIsFollowedByTheLastToken()
    {
        var batch = new PackedBatch();

        batch.FillWindow([0, 1, 2, 3, 4, 5, 6], rows: 2, rowLength: 3, first: 0, steps: 3);

        CollectionAssert.AreEqual(new[] { 0, 3, 1, 4, 2, 5 }, batch.Tokens.ToArray());
        Assert.AreEqual(3, batch.TokenAfter(0));
        Assert.AreEqual(6, batch.TokenAfter(1));
    }

    [TestMethod]
    public void AWholeSequenceIsFollowedByTheEmptyToken()
    {
        var batch = new PackedBatch();
        batch.FillWindow([5, 6, 7, 8], rows: 1, rowLength: 3, first: 0, steps: 3);

        batch.Fill([[1, 2], [3]], [0, 1], 9);

        Assert.AreEqual(9, batch.TokenAfter(0));
        Assert.AreEqual(9, batch.TokenAfter(1));
    }
}
