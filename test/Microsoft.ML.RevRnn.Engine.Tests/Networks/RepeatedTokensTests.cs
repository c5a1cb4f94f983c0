using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class RepeatedTokensTests
{
    [TestMethod]
    public void TheMostFrequentTokensAreChosen()
    {
        var tokens = new RepeatedTokens(vocabulary: 10);

        tokens.Choose([7, 3, 3, 5, 7, 5, 1, 7, 5, 9, 3, 5], most: 2);

        // Token 5 is there four times, 3 and 7 three times each.
        CollectionAssert.AreEqual((int[])[5, 3], tokens.Tokens.ToArray());
        Assert.AreEqual(0, tokens.SlotOf(5));
        Assert.AreEqual(1, tokens.SlotOf(3));
        foreach (var other in (int[])[0, 1, 7, 9])
            Assert.IsTrue(tokens.SlotOf(other) < 0, $"{other}");
        // Two of the chosen, and 7, 7, 1, 7, 9 one by one.
        Assert.AreEqual(7, tokens.ProductCount);
    }

    [TestMethod]
    public void ATokenThatIsNotRepeatedIsNotChosen()
    {
        var tokens = new RepeatedTokens(vocabulary: 10);

        tokens.Choose([4, 2, 4, 8], most: 4);

        CollectionAssert.AreEqual((int[])[4], tokens.Tokens.ToArray());
        Assert.AreEqual(3, tokens.ProductCount);
        tokens.Choose([4, 2, 8], most: 4);
        Assert.AreEqual(0, tokens.Count);
        Assert.AreEqual(3, tokens.ProductCount);
        Assert.IsTrue(tokens.SlotOf(4) < 0);
    }

    [TestMethod]
    public void NoneIsChosenWhereNoneMayBe()
    {
        var tokens = new RepeatedTokens(vocabulary: 3);

        tokens.Choose([1, 1, 1], most: 0);

        Assert.AreEqual(0, tokens.Count);
        Assert.AreEqual(3, tokens.ProductCount);
    }

    [TestMethod]
    public void TheChoiceIsThatOfASortByCount()
    {
        const int V = 60;
        var tokens = new RepeatedTokens(V);
        var random = new Random(3);
        for (var trial = 0; trial < 50; trial++)
        {
            var batch = Enumerable.Range(0, random.Next(1, 300)).Select(_ => (int)(V * Math.Pow(random.NextDouble(), 3))).ToArray();
            var most = random.Next(1, 20);
            var expected = batch.CountBy(token => token).Where(pair => pair.Value > 1).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key)
                .Take(most).ToDictionary();

            tokens.Choose(batch, most);

            CollectionAssert.AreEquivalent(expected.Keys, tokens.Tokens.ToArray());
            for (var token = 0; token < V; token++)
            {
                Assert.AreEqual(expected.ContainsKey(token), tokens.SlotOf(token) >= 0, $"{token}");
                if (expected.ContainsKey(token))
                    Assert.AreEqual(token, tokens.Tokens[tokens.SlotOf(token)]);
            }
            Assert.AreEqual(expected.Count + batch.Count(token => !expected.ContainsKey(token)), tokens.ProductCount);
        }
    }

    [TestMethod]
    public void TheOtherRowsOfAChunkAreFound()
    {
        var batch = new PackedBatch();
        int[][] sequences = [[1, 2, 3, 1], [2, 1, 5], [1, 6, 2]];
        batch.Fill(sequences, Parameter.Identity(3), 0);
        var tokens = new RepeatedTokens(vocabulary: 8);
        tokens.Choose(batch.Tokens, most: 2);

        // Steps 1 and 2: tokens 2, 1, 6, then 3, 5, 2.
        tokens.Begin(new Chunk(batch, 0, 1, 2));

        CollectionAssert.AreEqual((int[])[2, 3, 4], tokens.OtherRows.ToArray());
        CollectionAssert.AreEqual((int[])[6, 3, 5], tokens.OtherTokens.ToArray());
        Assert.AreEqual((0, 0), tokens.OthersWithin(0, 2));
        Assert.AreEqual((0, 1), tokens.OthersWithin(0, 3));
        Assert.AreEqual((1, 3), tokens.OthersWithin(3, 6));
        Assert.AreEqual((3, 3), tokens.OthersWithin(6, 6));
        tokens.Begin(new Chunk(batch, 1, 0, 1));
        Assert.AreEqual(0, tokens.OtherRows.Length);
    }
}
