using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>That a trainer hands on what its options say.</summary>
[TestClass]
internal sealed class ManagedTrainerTests
{
    private const int Units = 32, Width = 20, Length = 200;

    private static readonly TrainingOptions _options = new() { Dropout = 0, Seed = 1 };

    private static readonly int[][] _sequences = Sequences.Random(1, Length, Length);

    /// <summary>With one row, whose masks are the same at every step, what is dropped has no gradient by the weights that read it.</summary>
    [TestMethod]
    [DataRow("classes", 0f)]
    [DataRow("classes", 0.5f)]
    [DataRow("labels", 0.5f)]
    [DataRow("tags", 0f)]
    [DataRow("tags", 0.5f)]
    [DataRow("tokens", 0f)]
    [DataRow("tokens", 0.5f)]
    public void DropoutIsWhereInputsLayersAndHeadsRead(string kind, float rate)
    {
        using var run = new Run(kind, _options with { Dropout = rate });
        run.Train(7);

        var layers = run.Parameters.Encoder.Stacks[0].Layers;
        foreach (var (parameter, inputs) in ((Parameter, int)[])[(layers[0].Input, Width), (layers[1].Input, Units)])
        {
            var dropped = Enumerable.Range(0, inputs).Count(row => Enumerable.Range(0, parameter.Columns).All(column => parameter.GradientAt(row, column) == 0));
            CheckDropped(dropped, inputs, parameter.Name);
        }
        var weight = run.Parameters.Output.Weight;
        var unread = Enumerable.Range(0, weight.Columns).Count(column => Enumerable.Range(0, weight.Rows).All(row => weight.GradientAt(row, column) == 0));
        CheckDropped(unread, weight.Columns, weight.Name);

        // A half of them give or take 4 standard deviations.
        void CheckDropped(int dropped, int all, string what) => Assert.AreEqual(rate * all, dropped, 4 * Math.Sqrt(rate * (1 - rate) * all), what);
    }

    [TestMethod]
    [DataRow("classes")]
    [DataRow("tags")]
    [DataRow("tokens")]
    public void TheLossIsThatWithoutDropout(string kind)
    {
        using var dropping = new Run(kind, _options with { Dropout = 0.5f });
        using var plain = new Run(kind, _options);

        Assert.AreNotEqual(plain.Train(7).LossSum, dropping.Train(7).LossSum);
        Assert.AreEqual(plain.Evaluate().LossSum, dropping.Evaluate().LossSum);
    }

    [TestMethod]
    [DataRow("classes")]
    [DataRow("tags")]
    [DataRow("tokens")]
    public void TheBoundOfStateGradientsIsInForce(string kind)
    {
        using var free = new Run(kind, _options with { MaximumStateGradientNorm = 1e9f });
        using var wide = new Run(kind, _options with { MaximumStateGradientNorm = 1e8f });
        using var tight = new Run(kind, _options with { MaximumStateGradientNorm = 0.01f });
        foreach (var run in (Run[])[free, wide, tight])
        {
            // Weights of the head that make gradients longer than the tight bound.
            TensorPrimitives.Multiply(run.Parameters.Output.Weight.Values, 20, run.Parameters.Output.Weight.Values);
            run.Train(7);
        }

        static float[] Gradients(Run run) => run.Parameters.Encoder.Stacks[0].Layers[0].Input.Gradients.ToArray();
        CollectionAssert.AreEqual(Gradients(free), Gradients(wide));
        CollectionAssert.AreNotEqual(Gradients(free), Gradients(tight));
    }

    [TestMethod]
    [DataRow(OptimizerKind.AdamW)]
    [DataRow(OptimizerKind.Sgd)]
    public void WeightsDecayAndBiasesDoNot(OptimizerKind optimizer)
    {
        foreach (var kind in (string[])["classes", "labels", "tags", "tokens"])
        {
            using var run = new Run(kind, _options with { Optimizer = optimizer });
            foreach (var parameter in run.Parameters.Dense)
                parameter.Values.Fill(1);

            // There are no gradients yet.
            run.Trainer.Step(0.5f, 0.25f, 1);

            foreach (var parameter in run.Parameters.Dense)
            {
                var expected = parameter.Name.EndsWith(".bias", StringComparison.Ordinal) ? 1 : 1 - 0.5f * 0.25f;
                Assert.IsTrue(parameter.Values.ToArray().All(value => Math.Abs(value - expected) < 1e-6f), $"{parameter.Name} is {parameter.Values[0]}");
            }
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly Device _device = new(threads: 1);
        private readonly PackedBatch _batch = new();

        public Run(string kind, TrainingOptions options)
        {
            var shape = new StackSetup { EmbeddingWidth = Width, Units = Units, Layers = 2, WeightScale = 1 }.Shape;
            Parameters = kind switch
            {
                "tokens" => NetworkParameters.OfNextTokens(shape),
                "tags" => NetworkParameters.OfTokens(shape, 3),
                _ => NetworkParameters.OfSequences(shape, 3),
            };
            Parameters.Initialize(5);
            Objective objective = kind switch
            {
                "tokens" => new NextTokenObjective(new long[11], new LanguageModelOptions(), options),
                "tags" => new TokenObjective([Sequences.Labels(Length)], new ExampleSet(HeldBack.Last(1, 0), null, null), options),
                "labels" => new SequenceObjective(new SigmoidLoss([[0, 2]]), [0, 2], options),
                _ => new SequenceObjective(new SoftmaxLoss([1]), [1], options),
            };
            Trainer = new ManagedTrainer(Parameters, objective, options, _device);
            _batch.Fill(_sequences, [0], Vocabulary.EmptyToken);
        }

        public NetworkParameters Parameters { get; }

        public ManagedTrainer Trainer { get; }

        public BatchResult Train(ulong seed) => Trainer.Train(_batch, seed);

        public BatchResult Evaluate()
        {
            Trainer.BeginValidation();
            return Trainer.Evaluate(_batch);
        }

        public void Dispose()
        {
            Trainer.Dispose();
            Parameters.Dispose();
            _device.Dispose();
        }
    }
}
