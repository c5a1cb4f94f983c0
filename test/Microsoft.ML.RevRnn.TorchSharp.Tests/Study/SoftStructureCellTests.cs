using Microsoft.ML.RevRnn.Engine.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The soft recursive-recurrent cell against an independent implementation, and what its sets of weights are.</summary>
[TestClass]
public sealed class SoftStructureCellTests
{
    private const double Tolerance = 1e-12;

    [TestMethod]
    [GoldenFiles("rrnn_soft_cell", ScalarType.Float64, Tolerance)]
    [GoldenFiles("rrnn_soft_cell", ScalarType.Float32, 1e-5)]
    public void NodesScoresAndGradientsAreThoseOfTheReference(string name, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var file = GoldenFile.Load(name);
        var (batch, size, sets) = (file.Int("B"), file.Int("H"), file.Int("l"));
        Tensor Of(string of, params long[] shape) => tensor(file.Numbers(of), type).reshape(shape);
        using var cell = new SoftStructureCell(size, sets);
        cell.to(type);
        using (no_grad())
        {
            for (var set = 0; set < sets; set++)
            {
                cell.Left[set] = tensor(file.Numbers("params", $"L{set}"), type).reshape(size, size);
                cell.Right[set] = tensor(file.Numbers("params", $"R{set}"), type).reshape(size, size);
                cell.Bias[set] = tensor(file.Numbers("params", $"b{set}"), type);
            }
            cell.Score.copy_(tensor(file.Numbers("params", "score"), type));
        }
        var (x, h) = (Of("x", batch, size).requires_grad_(), Of("h", batch, size).requires_grad_());

        var structure = cell.Run(x, h);

        for (var node = 0; node < structure.Nodes.Count; node++)
            Check(file.Numbers("nodes", node), structure.Nodes[node], $"node {node}");
        Check(file.Numbers("scores"), structure.Scores, "scores");
        CollectionAssert.AreEqual(Array.ConvertAll(file.Numbers("structure"), set => (long)set), structure.Chosen.data<long>().ToArray());
        var output = cell.call(x, h);
        Check(file.Numbers("out"), output, "new state");
        var loss = (output * Of("loss_weight_out", batch, size)).sum();
        Check([file.Number("loss")], loss, "loss");

        loss.backward();

        Check(file.Numbers("grad_x"), x.grad!, "gradient by x");
        Check(file.Numbers("grad_h"), h.grad!, "gradient by h");
        Check(file.Numbers("grad_params", "score"), cell.Score.grad!, "gradient by the score");
        for (var set = 0; set < sets; set++)
        {
            Check(file.Numbers("grad_params", $"L{set}"), cell.Left.grad![set], $"gradient by L{set}");
            Check(file.Numbers("grad_params", $"R{set}"), cell.Right.grad![set], $"gradient by R{set}");
            Check(file.Numbers("grad_params", $"b{set}"), cell.Bias.grad![set], $"gradient by b{set}");
        }

        void Check(double[] expected, Tensor actual, string what) => Near.AreNear(expected, Values(actual), tolerance, what);
    }

    /// <summary>Where the scores are all alike, as without a score they are, a node is the mean of what the sets make.</summary>
    [TestMethod]
    public void WithoutAScoreANodeIsTheMeanOfItsCandidates()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var cell = new SoftStructureCell(5, 3);
        using (no_grad())
            cell.Score.zero_();
        var (x, h) = (randn(4, 5), randn(4, 5));

        var nodes = cell.Run(x, h).Nodes;

        var (zt, zh) = (nodes[5], nodes[6]);
        var mean = zt.matmul(cell.Left.mean([0])) + zh.matmul(cell.Right.mean([0])) + cell.Bias.mean([0]);
        Near.AreNear(Values(mean), Values(nodes[7]), 1e-6, "new state");
    }

    [TestMethod]
    public void TheLastSetBeginsAsTheIdentity()
    {
        using var cell = new SoftStructureCell(3);

        Near.AreNear([1, 0, 0, 0, 1, 0, 0, 0, 1], Values(cell.Left[^1]), 0, "L");
        Near.AreNear([1, 0, 0, 0, 1, 0, 0, 0, 1], Values(cell.Right[^1]), 0, "R");
        Near.AreNear([0, 0, 0], Values(cell.Bias[^1]), 0, "b");
        Assert.AreEqual(4, cell.parameters().Count());
    }

    /// <summary>Which is larger, a value of x or one of h.</summary>
    [TestMethod]
    public void ItLearns()
    {
        // Tensors as small as these are done before a second thread has begun.
        set_num_threads(1);
        using var all = NewDisposeScope();
        random.manual_seed(2);
        using var cell = new SoftStructureCell(8);
        using var output = nn.Linear(8, 2);
        using var optimizer = optim.Adam([.. cell.parameters(), .. output.parameters()], 1e-2);
        var right = new List<double>();
        for (var update = 0; update < 200; update++)
        {
            using var scope = NewDisposeScope();
            var (x, h) = (randn(32, 8), randn(32, 8));
            var labels = x[.., 0].gt(h[.., 1]).to(ScalarType.Int64);
            var scores = output.call(cell.call(x, h));
            var loss = nn.functional.cross_entropy(scores, labels);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            right.Add(scores.argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>());
        }
        Assert.IsGreaterThan(0.85, right[^20..].Average());
    }

    [TestMethod]
    public void SizesThatDoNotFitAreNamed()
    {
        using var scope = NewDisposeScope();
        using var cell = new SoftStructureCell(3);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => cell.Run(zeros(2, 4), zeros(2, 3))).Message, "x is [2, 4]; [B, 3]");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => cell.Run(zeros(2, 3), zeros(3))).Message, "h is [3]; [B, 3]");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SoftStructureCell(3, sets: 1));
    }

    private static double[] Values(Tensor tensor) => tensor.detach().contiguous().to(ScalarType.Float64).reshape(-1).data<double>().ToArray();
}
