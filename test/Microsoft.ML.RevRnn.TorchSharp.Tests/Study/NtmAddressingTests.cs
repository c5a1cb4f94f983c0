using Microsoft.ML.RevRnn.Engine.Tests;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The addressing of a neural Turing machine against an independent implementation, and where its parts are known.</summary>
[TestClass]
public sealed class NtmAddressingTests
{
    private const double Tolerance = 1e-12;

    [TestMethod]
    [GoldenFiles("ntm_addressing")]
    public void AddressesReadsAndGradientsAreThoseOfTheReference(string name)
    {
        using var scope = NewDisposeScope();
        var file = GoldenFile.Load(name);
        var (steps, batch, rows, width) = (file.Int("T"), file.Int("B"), file.Int("N"), file.Int("M"));
        Tensor Of(string name, params long[] shape) => tensor(file.Numbers(name), ScalarType.Float64).reshape(shape);
        var first = Of("memory0", batch, rows, width).requires_grad_();
        var reading = Of("read_head", steps, batch, NtmAddressing.ReadSize(width)).requires_grad_();
        var writing = Of("write_head", steps, batch, NtmAddressing.WriteSize(width)).requires_grad_();
        var (memory, reads, writes) = (first, Of("w0", batch, rows), Of("w0", batch, rows));
        var loss = zeros([], ScalarType.Float64);
        for (var t = 0; t < steps; t++)
        {
            var address = NtmAddressing.Address(reading[t], memory, reads);
            reads = address.Weights;
            var read = NtmAddressing.Read(reads, memory);
            writes = NtmAddressing.Address(writing[t], memory, writes).Weights;
            memory = NtmAddressing.Write(writing[t], writes, memory);
            Check(file.Numbers("read_content", t), address.Content, $"content of step {t}");
            Check(file.Numbers("read_gated", t), address.Gated, $"gated of step {t}");
            Check(file.Numbers("read_shifted", t), address.Shifted, $"shifted of step {t}");
            Check(file.Numbers("read_weight", t), reads, $"reading weights of step {t}");
            Check(file.Numbers("write_weight", t), writes, $"writing weights of step {t}");
            Check(file.Numbers("read", t), read, $"read of step {t}");
            loss = loss + (read * tensor(file.Numbers("loss_weight_read", t), ScalarType.Float64).reshape(batch, width)).sum();
        }
        Check(file.Numbers("memory_final"), memory, "final memory");
        loss = loss + (memory * Of("loss_weight_memory", batch, rows, width)).sum();
        Assert.AreEqual(file.Number("loss"), loss.item<double>(), Tolerance);

        loss.backward();

        Check(file.Numbers("grad_memory0"), first.grad!, "gradient by the first memory");
        Check(file.Numbers("grad_read_head"), reading.grad!, "gradient by the reading head");
        Check(file.Numbers("grad_write_head"), writing.grad!, "gradient by the writing head");
    }

    [TestMethod]
    public void ByContentAloneAndWithoutSharpnessAllRowsAreAlike()
    {
        using var scope = NewDisposeScope();

        // beta = softplus(-1000) = 0, g = sigmoid(1000) = 1.
        var weights = NtmAddressing.Address(Head(beta: -1000, gate: 1000, shift: [0, 0, 0], gamma: 0), Memory(), Previous()).Weights;

        Check([0.25, 0.25, 0.25, 0.25], weights, "weights");
    }

    [TestMethod]
    [DataRow(new double[] { 1000, 0, 0 }, new double[] { 0.4, 0.1, 0.2, 0.3 })]
    [DataRow(new double[] { 0, 1000, 0 }, new double[] { 0.1, 0.2, 0.3, 0.4 })]
    [DataRow(new double[] { 0, 0, 1000 }, new double[] { 0.2, 0.3, 0.4, 0.1 })]
    public void WithoutContentTheWeightsBeforeAreMovedByOne(double[] shift, double[] expected)
    {
        using var scope = NewDisposeScope();

        var weights = NtmAddressing.Address(Head(beta: 1, gate: -1000, shift, gamma: -1000), Memory(), Previous()).Weights;

        CollectionAssert.AreEqual(expected, weights.data<double>().ToArray());
    }

    [TestMethod]
    public void WhateverAHeadSaysItsWeightsAddUpToOne()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var head = randn(50, NtmAddressing.ReadSize(3)) * 5;

        // A start of zeros is no distribution, and is one after the first step.
        var weights = NtmAddressing.Address(head, randn(50, 4, 3), zeros(50, 4)).Weights;

        Check([.. Enumerable.Repeat(1.0, 50)], weights.sum(1), "sum", 1e-6);
        Assert.IsTrue(NtmAddressing.Address(zeros(1, 9), zeros(1, 4, 3), zeros(1, 4)).Weights.isfinite().all().item<bool>());
    }

    [TestMethod]
    public void SizesThatDoNotFitAreNamed()
    {
        using var scope = NewDisposeScope();

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => NtmAddressing.Address(zeros(1, 8), zeros(1, 4, 3), zeros(1, 4))).Message, "[B, 9]");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => NtmAddressing.Address(zeros(1, 9), zeros(1, 4, 3), zeros(1, 5))).Message, "N = 4");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => NtmAddressing.Write(zeros(1, 9), zeros(1, 4), zeros(1, 4, 3))).Message, "[B, 15]");
    }

    [TestMethod]
    public void AMachineLearnsToSayAgainWhatItRead()
    {
        // Tensors as small as these are done before a second thread has begun.
        set_num_threads(1);
        using var all = NewDisposeScope();
        random.manual_seed(1);
        using var machine = new NeuralTuringMachine(3, 2, controllerSize: 20, rows: 8, width: 6);
        using var optimizer = optim.Adam(machine.parameters(), 1e-2);
        var losses = new List<double>();
        for (var update = 0; update < 250; update++)
        {
            using var scope = NewDisposeScope();
            // Two tokens of two bits, a delimiter on a third channel, and then nothing is read.
            var bits = randint(0, 2, [2, 16, 2]).to(ScalarType.Float32);
            var input = zeros(5, 16, 3);
            input[..2, .., ..2] = bits;
            input[2, .., 2] = ones(16);
            var loss = nn.functional.binary_cross_entropy_with_logits(machine.call(input)[3..], bits);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        // Guessing costs ln 2.
        Assert.IsLessThan(0.2, losses[^20..].Average());
    }

    private static Tensor Head(double beta, double gate, double[] shift, double gamma) => tensor([1, 0, 0, beta, gate, .. shift, gamma], ScalarType.Float64).reshape(1, 9);

    private static Tensor Memory() => tensor([0.3, 1, -1, 0.5, 0.2, 0.7, -0.4, 0.1, 0.9, 0.6, -0.8, 0.2], ScalarType.Float64).reshape(1, 4, 3);

    private static Tensor Previous() => tensor([0.1, 0.2, 0.3, 0.4], ScalarType.Float64).reshape(1, 4);

    private static void Check(double[] expected, Tensor actual, string what, double tolerance = Tolerance)
        => Near.AreNear(expected, actual.detach().contiguous().to(ScalarType.Float64).data<double>().ToArray(), tolerance, what);
}
