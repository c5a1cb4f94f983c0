using System.Globalization;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trees over the tokens of a batch.</summary>
[TestClass]
internal sealed class TreePlanTests
{
    [TestMethod]
    [GoldenFiles("tree_lstm_binary")]
    public void BalancedTreesHaveTheDepthOfTheTable(string name)
    {
        var file = GoldenFile.Load(name);
        foreach (var length in file.Keys("balanced_depth"))
            Assert.AreEqual(file.Int("balanced_depth", length), Fill(NetworkStructure.BalancedTree, new int[int.Parse(length, CultureInfo.InvariantCulture)]).Height, $"{length} leaves");
    }

    [TestMethod]
    public void ABalancedTreeIsTheFirstHalfAndTheRest()
        => Assert.AreEqual("(((1 2) 3) (4 5))", Write(Fill(NetworkStructure.BalancedTree, [1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]));

    [TestMethod]
    [DataRow(new[] { 1, 2, 0, 3, 4, 0, 0 }, "((1 2) (3 4))")]
    [DataRow(new[] { 1, 2, 0, 3, 0, 4, 0 }, "(((1 2) 3) 4)")]
    [DataRow(new[] { 1, 2, 3, 4 }, "(1 (2 (3 4)))")]
    [DataRow(new[] { 1, 2, 0, 3, 4, 0 }, "((1 2) (3 4))")]
    [DataRow(new[] { 0 }, "0")]
    [DataRow(new[] { 0, 1, 0, 0 }, "((0 1) 0)")]
    [DataRow(new[] { 7 }, "7")]
    public void AGivenTreeIsWhatItsTokensSay(int[] tokens, string expected) => Assert.AreEqual(expected, Write(Fill(NetworkStructure.GivenTree, tokens), tokens));

    [TestMethod]
    public void ABalancedTreesOutputsAreTheSmallestNodesOverNeighboursAndTheRoot()
    {
        int[] tokens = [1, 2, 3, 4, 5];
        var plan = Fill(NetworkStructure.BalancedTree, tokens);

        CollectionAssert.AreEqual(
            new[] { "(1 2)", "((1 2) 3)", "(((1 2) 3) (4 5))", "(4 5)", "(((1 2) 3) (4 5))" }, plan.Outputs.ToArray().Select(node => Write(plan, tokens, node)).ToArray());
    }

    [TestMethod]
    public void NodesOfAHeightOfAllRowsLieTogether()
    {
        var batch = new PackedBatch();
        batch.Fill([[1, 2, 3], [4, 5, 6, 7, 8], [9]], Parameter.Identity(3), 0);
        var plan = new TreePlan();

        // Twice, since places are used again.
        plan.Fill(batch, NetworkStructure.BalancedTree);
        plan.Fill(batch, NetworkStructure.BalancedTree);

        Assert.AreEqual(3, plan.Height);
        CollectionAssert.AreEqual(new[] { (0, 3), (3, 5), (5, 6) }, Enumerable.Range(1, 3).Select(plan.Level).ToArray());
        for (var height = 1; height <= plan.Height; height++)
        {
            var (begin, end) = plan.Level(height);
            for (var join = begin; join < end; join++)
                Assert.IsTrue(plan.Lefts[join] < plan.LeafCount + begin && plan.Rights[join] < plan.LeafCount + begin);
        }
        Assert.AreEqual(3, plan.LargestLevel);
        Assert.AreEqual(9, plan.LeafCount);
    }

    private static TreePlan Fill(NetworkStructure structure, int[] tokens)
    {
        var batch = new PackedBatch();
        batch.Fill(tokens, 0);
        var plan = new TreePlan();
        plan.Fill(batch, structure);
        return plan;
    }

    private static string Write(TreePlan plan, int[] tokens) => Write(plan, tokens, plan.Outputs[^1]);

    private static string Write(TreePlan plan, int[] tokens, int node) => node < plan.LeafCount
        ? $"{tokens[node]}"
        : $"({Write(plan, tokens, plan.Lefts[node - plan.LeafCount])} {Write(plan, tokens, plan.Rights[node - plan.LeafCount])})";
}
