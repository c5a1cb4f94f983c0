using Microsoft.ML.RevRnn.Engine.Tests;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>Memory networks: a hop is attention over the memory's rows, supporting facts are looked up one by one, and a network learns to answer by its facts.</summary>
[TestClass]
public sealed class MemoryNetworkTests
{
    private const double Tolerance = 1e-12;

    /// <summary>Luong's general attention is a hop by the query's map, over rows that are there only.</summary>
    [TestMethod]
    [GoldenFiles("attention_general")]
    public void AHopIsTheAttentionOfTheReference(string name)
    {
        using var scope = NewDisposeScope();
        var file = GoldenFile.Load(name);
        var (steps, batch, rows, query, width) = (file.Int("T"), file.Int("B"), file.Int("S"), file.Int("H"), file.Int("C"));
        var q = Of(file, "q").reshape(steps, batch, query).requires_grad_();
        var context = Of(file, "ctx").reshape(rows, batch, width).requires_grad_();
        var (mapIn, mapOut) = (Of(file, "params", "w_in").reshape(width, query).requires_grad_(), Of(file, "params", "w_out").reshape(query, width + query).requires_grad_());
        var lengths = tensor(file.Numbers("lengths"), ScalarType.Float64);
        var isThere = arange(rows, ScalarType.Float64).unsqueeze(0).lt(lengths.unsqueeze(1));
        var memories = context.transpose(0, 1);
        var loss = zeros([], ScalarType.Float64);
        for (var t = 0; t < steps; t++)
        {
            var (weights, read) = MemoryReading.Hop(q[t].matmul(mapIn.t()), memories, memories, isThere);
            var output = cat([read, q[t]], 1).matmul(mapOut.t()).tanh();
            Check(file.Numbers("alpha", t), weights, $"weights of step {t}");
            Check(file.Numbers("c", t), read, $"what step {t} reads");
            Check(file.Numbers("out", t), output, $"output of step {t}");
            loss = loss + (output * Of(file, "loss_weight_out", t).reshape(batch, query)).sum() + (weights * Of(file, "loss_weight_alpha", t).reshape(batch, rows)).sum();
        }
        Assert.AreEqual(file.Number("loss"), loss.item<double>(), Tolerance);

        loss.backward();

        Check(file.Numbers("grad_q"), q.grad!, "gradient by the queries");
        Check(file.Numbers("grad_ctx"), context.grad!, "gradient by the memory");
        Check(file.Numbers("grad_params", "w_in"), mapIn.grad!, "gradient by the query's map");
        Check(file.Numbers("grad_params", "w_out"), mapOut.grad!, "gradient by the output's map");
    }

    [TestMethod]
    public void SupportingFactsAreLookedUpOneAfterTheOther()
    {
        using var scope = NewDisposeScope();
        // The first fact goes with the question; the second with the first fact, and by itself least of all with the question.
        var question = tensor([1.0, 0, 0], ScalarType.Float64).reshape(1, 3);
        var memories = tensor([0.1, 0, 0.2, 2, 1, 0, -0.5, 12, 0.0], ScalarType.Float64).reshape(1, 3, 3);
        var map = eye(3, dtype: ScalarType.Float64);

        var scores = MemoryReading.Score(question, memories, map);
        var facts = MemoryReading.SupportingFacts(question, memories, map);

        Check([0.1, 2, -0.5], scores, "scores");
        CollectionAssert.AreEqual(new long[] { 1, 2 }, facts.data<long>().ToArray());
    }

    [TestMethod]
    public void TheMarginLossCountsWrongFactsThatComeTooNear()
    {
        using var scope = NewDisposeScope();
        var question = tensor([1.0, 0], ScalarType.Float64).reshape(1, 2);
        var memories = tensor([1, 0, 0.95, 0, 0, 0.0], ScalarType.Float64).reshape(1, 3, 2);
        var map = eye(2, dtype: ScalarType.Float64);
        Tensor Loss(params long[] facts) => MemoryReading.MarginLoss(question, memories, map, tensor(facts).reshape(1, -1));

        // 0.1 - 1 + 0.95, and nothing of the third; then wrong ones by 0.1 - 0 + 1 and 0.1 - 0 + 0.95.
        Assert.AreEqual(0.05, Loss(0).item<double>(), Tolerance);
        Assert.AreEqual(2.15, Loss(2).item<double>(), Tolerance);
        // With the first fact found features are [2, 0], and scores 2, 1.9 and 0.
        Assert.AreEqual(0.05 + 0.2, Loss(0, 1).item<double>(), Tolerance);
    }

    [TestMethod]
    public void ANetworkLearnsToAnswerByItsFacts()
    {
        // Tensors as small as these are done before a second thread has begun.
        set_num_threads(1);
        using var all = NewDisposeScope();
        random.manual_seed(1);
        // Tokens: padding, five names, five places. Each name is somewhere; asked is where one of them is.
        using var network = new MemoryNetwork(11, 5, width: 16, hops: 1);
        using var optimizer = optim.Adam(network.parameters(), 2e-2);
        var right = 0.0;
        for (var update = 0; update < 200; update++)
        {
            using var scope = NewDisposeScope();
            var names = rand(32, 5).argsort(1).narrow(1, 0, 4);
            var places = randint(0, 5, [32, 4], ScalarType.Int64);
            var asked = randint(0, 4, [32, 1], ScalarType.Int64);
            // The last fact is none.
            var facts = cat([stack([names + 1, places + 6], 2), zeros(32, 1, 2, dtype: ScalarType.Int64)], 1);
            var answer = places.gather(1, asked).squeeze(1);
            var scores = network.call(facts, names.gather(1, asked) + 1);
            var loss = nn.functional.cross_entropy(scores, answer);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            right = scores.argmax(1).eq(answer).to(ScalarType.Float32).mean().item<float>();
        }
        Assert.IsGreaterThan(0.9, right);
        var without = network.call(zeros(1, 2, 2, dtype: ScalarType.Int64), ones(1, 1, dtype: ScalarType.Int64));
        Assert.IsTrue(without.isfinite().all().item<bool>());
    }

    private static Tensor Of(GoldenFile file, params object[] path) => tensor(file.Numbers(path), ScalarType.Float64);

    private static void Check(double[] expected, Tensor actual, string what)
        => Near.AreNear(expected, actual.detach().contiguous().to(ScalarType.Float64).data<double>().ToArray(), Tolerance, what);
}
