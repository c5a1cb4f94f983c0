using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The engine's cells in float, unquantised, at work in a stack, against their equations in double, which <see cref="GoldenCellTests"/> compares with another implementation: whatever the sizes,
/// the number of layers and the lengths of the rows.
/// </summary>
[TestClass]
internal sealed class CellEquationTests
{
    private const int Trials = 4;

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    [DataRow(CellKind.NfRevLstm)]
    [DataRow(CellKind.NfRevGru)]
    [DataRow(CellKind.RevLeaky)]
    [DataRow(CellKind.Lstm)]
    [DataRow(CellKind.Gru)]
    [DataRow(CellKind.GruResetAfter)]
    [DataRow(CellKind.Elman)]
    [DataRow(CellKind.LeakyElman)]
    [DataRow(CellKind.NestedLstm)]
    [DataRow(CellKind.DeepTransition)]
    [DataRow(CellKind.DeepTransitionShortcut)]
    [DataRow(CellKind.MixedGru)]
    public void OutputsAndGradientsAreThoseOfTheEquations(CellKind cell)
    {
        for (var trial = 0; trial < Trials; trial++)
            Check(cell, trial);
    }

    private static void Check(CellKind cell, int trial)
    {
        var random = new Random(17 * trial + (int)cell);
        var halves = CellSpec.Of(cell).Halves;
        var longest = random.Next(1, 14);
        var setup = new StackSetup
        {
            Cell = cell,
            NestingDepth = 1 + trial,
            MixtureSize = 1 + trial,
            Units = halves * random.Next(1, 40 / halves),
            EmbeddingWidth = random.Next(1, 20),
            Layers = random.Next(1, 3),
            Limit = trial % 2 == 0 ? ForgettingLimit.ThreeBits : ForgettingLimit.None,
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = trial % 2 == 0 ? ActivationStrategy.Stored : ActivationStrategy.Checkpointed,
            MinimumChunkSteps = 2,
            MaximumChunkSteps = 1 + random.Next(2, 6),
            WeightScale = 1.5f,
            Seed = (ulong)trial,
        };
        var what = $"{cell}, trial {trial}: {setup.Units} units of {setup.EmbeddingWidth} values, {setup.Layers} layers";
        var texts = Sequences.Random(random.Next(1, 6), 1, longest, seed: trial);
        using var run = new StackRun(setup);

        run.Train(texts);

        var equations = new Equations(run, setup, texts);
        Near.AreNearToLargest(equations.Outputs(), Array.ConvertAll(run.Outputs, value => (double)value), 1e-5, $"{what}: output");
        equations.Backward();
        foreach (var (layer, engine) in equations.Layers.Zip(run.Parameters.Encoder.Stacks[0].Layers))
        {
            var actual = LayerPlace.All(engine).ToDictionary(place => (place.Half, place.Gate, place.Unit, place.Column), place => (double)place.Gradient);
            var expected = layer.Gradients().ToArray();
            Assert.HasCount(actual.Count, expected, what);
            Near.AreNearToLargest(
                Array.ConvertAll(expected, of => of.Gradient), Array.ConvertAll(expected, of => actual[(of.Half, of.Gate, of.Unit, of.Column)]), 1e-5, $"{what}: gradient by weights");
            foreach (var (stage, inner) in engine.Inner.Index())
            {
                int[] all = [.. Enumerable.Range(0, inner.Rows * inner.Columns)];
                Near.AreNearToLargest(
                    Array.ConvertAll(all, i => layer.InnerGradient(stage, i / inner.Columns, i % inner.Columns)),
                    Array.ConvertAll(all, i => (double)inner.GradientAt(i / inner.Columns, i % inner.Columns)), 1e-5, $"{what}: gradient by weights of stage {stage}");
            }
        }
        foreach (var (token, vector) in equations.Vectors.Index())
            Near.AreNearToLargest(vector.Gradient, [.. vector.Gradient.Select((_, i) => (double)run.EmbeddingGradientAt(token, i))], 1e-5, $"{what}: gradient by token {token}");
    }

    /// <summary>The same stack in double, with the loss of a <see cref="LinearHead"/>.</summary>
    private sealed class Equations
    {
        private readonly Variable[][] _outputs;
        private readonly long[][] _flat;

        public Equations(StackRun run, StackSetup setup, int[][] texts)
        {
            var range = setup.Limit == ForgettingLimit.None ? 1 : 1 - Math.Pow(2, -(int)setup.Limit);
            var parameters = run.Parameters.Encoder;
            Layers = [.. parameters.Stacks[0].Layers.Select(layer => NaiveLayer.Of(layer, layer.Shape.IsReversible ? range : 1))];
            var table = parameters.Embedding.Value;
            Vectors = [.. Enumerable.Range(0, table.Rows).Select(token => new Variable([.. Enumerable.Range(0, table.Columns).Select(i => (double)table.At(token, i))]))];
            _outputs = [.. texts.Select(text => Layers.Aggregate(
                text.Select(token => Vectors[token]).ToArray(), (inputs, layer) => [.. layer.Run(inputs).Select(states => states[layer.Shape.Spec.OutputState])]))];
            _flat = [.. texts.Select((text, i) => text.Select((_, t) => run.Batch.FlatOffset(t) + run.Batch.RowOfMember(i)).ToArray())];
        }

        public NaiveLayer[] Layers { get; }

        /// <summary>Of each token.</summary>
        public Variable[] Vectors { get; }

        private IEnumerable<(long Flat, Variable Output)> Rows => _flat.Zip(_outputs).SelectMany(text => text.First.Zip(text.Second));

        /// <summary>[tokens, H], in the order of the batch.</summary>
        public double[] Outputs() => [.. Rows.OrderBy(row => row.Flat).SelectMany(row => row.Output.Value)];

        public void Backward() =>
            Variable.Backward([.. Rows.Select(row => (row.Output, row.Output.Value.Select((_, unit) => (double)LinearHead.Coefficient(row.Flat, unit)).ToArray()))]);
    }
}
