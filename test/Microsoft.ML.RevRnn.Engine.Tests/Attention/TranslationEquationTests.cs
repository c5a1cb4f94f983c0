using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The engine's translations in float, unquantised, against their equations in double, which <see cref="GoldenTranslationTests"/> compares with another implementation: whatever the sizes, the
/// number of layers and the lengths of the pairs.
/// </summary>
[TestClass]
internal sealed class TranslationEquationTests
{
    private const int Trials = 4;

    [TestMethod]
    [DataRow(CellKind.RevGru, AttentionContext.Hidden)]
    [DataRow(CellKind.RevGru, AttentionContext.EmbeddingAndSlice)]
    [DataRow(CellKind.RevLstm, AttentionContext.Slice)]
    [DataRow(CellKind.RevLstm, AttentionContext.Embedding)]
    [DataRow(CellKind.Lstm, AttentionContext.Hidden)]
    public void LossAndGradientsAreThoseOfTheEquations(CellKind cell, AttentionContext context)
    {
        for (var trial = 0; trial < Trials; trial++)
            Check(cell, context, trial);
    }

    private static void Check(CellKind cell, AttentionContext context, int trial)
    {
        var random = new Random(17 * trial + (int)cell);
        var units = 2 * random.Next(1, 20);
        var setup = new TranslationSetup
        {
            Network = new NetworkOptions
            {
                Cell = cell,
                EmbeddingSize = random.Next(1, 20),
                HiddenSize = units,
                LayerCount = random.Next(1, 3),
                ForgettingLimit = trial % 2 == 0 ? ForgettingLimit.ThreeBits : ForgettingLimit.None,
            },
            Context = context,
            SliceSize = random.Next(1, units + 1),
            Score = context == AttentionContext.Hidden && trial % 2 == 1 ? AttentionScore.Dot : AttentionScore.General,
            Arithmetic = CellArithmetic.Unquantized,
            Strategy = trial % 2 == 0 ? ActivationStrategy.Stored : ActivationStrategy.Checkpointed,
            ChunkLength = new ChunkLength(2, 1 + random.Next(2, 6), 20),
            WeightScale = 1.5f,
        };
        var (pairs, longest) = (random.Next(1, 6), random.Next(1, 14));
        var (sources, targets) = (Sequences.Random(pairs, 1, longest, TranslationSetup.SourceVocabulary, trial), Sequences.Random(pairs, 1, longest, TranslationSetup.TargetVocabulary, trial + 9));
        using var run = new TranslationRun(setup);

        var result = run.Train(sources, targets);

        var translation = Reference(run, setup);
        Variable[] losses = [.. sources.Zip(targets).SelectMany(pair =>
            translation.Run(pair.First, [Vocabulary.EmptyToken, .. pair.Second]).Losses([.. pair.Second, Vocabulary.EmptyToken]))];
        Variable.Backward([.. losses.Select(loss => (loss, new[] { 1.0 / losses.Length }))]);
        var what = $"{cell}, {context}, trial {trial}: {setup.Network.LayerCount} layers of {units} units, {setup.Network.EmbeddingSize} values, slice of {setup.SliceSize}";
        Assert.AreEqual(losses.Length, result.Predictions, what);
        Assert.AreEqual(losses.Sum(loss => loss.Value[0]), result.LossSum, 1e-5 * losses.Length, what);
        CheckGradients(translation, run.Parameters, what);
    }

    private static ReferenceTranslation Reference(TranslationRun run, TranslationSetup setup)
    {
        var (parameters, range) = (run.Parameters, setup.Network.ForgettingLimit == ForgettingLimit.None ? 1 : 1 - Math.Pow(2, -(int)setup.Network.ForgettingLimit));
        NaiveLayer[] Layers(EncoderParameters side) => [.. side.Stacks[0].Layers.Select(layer => NaiveLayer.Of(layer, range))];
        return new ReferenceTranslation
        {
            Encoder = Layers(parameters.Encoder),
            Decoder = Layers(parameters.Decoder),
            SourceVectors = new Variable(parameters.Encoder.Embedding.Value.Elements()),
            TargetVectors = new Variable(parameters.Decoder.Embedding.Value.Elements()),
            Attention = new ReferenceAttention(parameters.Attention.Query is { } query ? new Variable(query.Elements()) : null, new Variable(parameters.Attention.Output.Elements())),
            OutputWeight = new Variable(parameters.Output.Weight.Elements()),
            OutputBias = new Variable(parameters.Output.Bias.Elements()),
            Context = setup.Context,
            SliceSize = setup.SliceSize,
        };
    }

    private static void CheckGradients(ReferenceTranslation translation, TranslationParameters parameters, string what)
    {
        foreach (var (layers, side) in ((NaiveLayer[], EncoderParameters)[])[(translation.Encoder, parameters.Encoder), (translation.Decoder, parameters.Decoder)])
        {
            foreach (var (layer, engine) in layers.Zip(side.Stacks[0].Layers))
            {
                var actual = LayerPlace.All(engine).ToDictionary(place => (place.Half, place.Gate, place.Unit, place.Column), place => (double)place.Gradient);
                var expected = layer.Gradients().ToArray();
                Assert.HasCount(actual.Count, expected, what);
                Near.AreNearToLargest(
                    [.. expected.Select(place => place.Gradient)], [.. expected.Select(place => actual[(place.Half, place.Gate, place.Unit, place.Column)])], 1e-5, $"{what}: {engine.Bias.Name}");
            }
        }
        CheckGradient(translation.SourceVectors, parameters.Encoder.Embedding.ElementGradients(), "source vectors");
        CheckGradient(translation.TargetVectors, parameters.Decoder.Embedding.ElementGradients(), "target vectors");
        if (translation.Attention.In is { } query)
            CheckGradient(query, parameters.Attention.Query!.ElementGradients(), "query");
        CheckGradient(translation.Attention.Out, parameters.Attention.Output.ElementGradients(), "attention's output");
        CheckGradient(translation.OutputWeight, parameters.Output.Weight.ElementGradients(), "output weights");
        CheckGradient(translation.OutputBias, parameters.Output.Bias.ElementGradients(), "output bias");

        void CheckGradient(Variable expected, double[] actual, string of) => Near.AreNearToLargest(expected.Gradient, actual, 1e-5, $"{what}: gradient by {of}");
    }
}
