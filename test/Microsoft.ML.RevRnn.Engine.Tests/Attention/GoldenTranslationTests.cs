using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A whole translation of floats against golden vectors: loss, logits, all gradients, and what attention hands to the encoder.</summary>
[TestClass]
internal sealed unsafe class GoldenTranslationTests
{
    private const int End = 3;
    private const double Tolerance = 1e-5;

    private readonly GoldenFile _file = GoldenFile.Load("nmt_revgru_toy");

    private int Rows => _file.Int("B");

    private int Units => _file.Int("H");

    /// <summary>The file's loss is the sum over tokens by rows, ours their mean.</summary>
    private double Scale => Targets().Sum(target => target.Length) / (double)Rows;

    [TestMethod]
    [DataRow("hidden", AttentionContext.Hidden, ActivationStrategy.Stored)]
    [DataRow("emb", AttentionContext.Embedding, ActivationStrategy.Stored)]
    [DataRow("slice", AttentionContext.Slice, ActivationStrategy.Checkpointed)]
    [DataRow("slice_emb", AttentionContext.EmbeddingAndSlice, ActivationStrategy.Stored)]
    [DataRow("slice_emb", AttentionContext.EmbeddingAndSlice, ActivationStrategy.Checkpointed)]
    public void ResultsAreTheGoldenOnes(string variant, AttentionContext context, ActivationStrategy strategy)
    {
        using var device = new Device(threads: 2);
        using var parameters = Parameters(variant, context);
        var settings = new StackSettings { Arithmetic = CellArithmetic.Unquantized, Strategy = strategy, ChunkLength = new ChunkLength(2, 2, 1) };
        using var pass = new TranslationPass(parameters, new TranslationSettings(settings, settings, 0), device, decoder => TranslationObjective.CreateExactHead(parameters, decoder));
        pass.PrepareTraining();
        foreach (var parameter in (Parameter[])[parameters.Output.Weight, parameters.Output.Bias])
            parameter.EnableGradient();
        var (source, target) = (Batch(Sources()), Batch(Targets()));

        var result = pass.Train(source, target, seed: 1);

        Near.AreNear([_file.Number("variants", variant, "loss")], [result.LossSum / Rows], Tolerance, "loss");
        CheckParameters(parameters, variant);
        CheckStates(pass, source, variant);
    }

    [TestMethod]
    [DataRow("hidden", AttentionContext.Hidden)]
    [DataRow("emb", AttentionContext.Embedding)]
    [DataRow("slice", AttentionContext.Slice)]
    [DataRow("slice_emb", AttentionContext.EmbeddingAndSlice)]
    public void DistributionsAreTheGoldenOnes(string variant, AttentionContext context)
    {
        using var device = new Device(threads: 1);
        using var parameters = Parameters(variant, context);
        var settings = StackSettings.Prediction with { Arithmetic = CellArithmetic.Unquantized };
        NextTokensHead head = null!;
        using var pass = new TranslationPass(
            parameters, new TranslationSettings(settings, settings, 0), device, decoder => head = new NextTokensHead(parameters.Output, decoder));
        pass.PackWeights();
        var target = Batch(Targets());

        pass.Run(Batch(Sources()), target);

        for (var t = 0; t < target.StepCount; t++)
        {
            for (var row = 0; row < target.ActiveRows(t); row++)
            {
                var logits = _file.Numbers("variants", variant, "logits", t, target.MemberOfRow(row));
                var logSum = Math.Log(logits.Sum(Math.Exp));
                double[] actual = [.. head.LogProbabilities((int)target.FlatOffset(t) + row).ToArray().Select(value => (double)value)];
                Near.AreNear(Array.ConvertAll(logits, logit => logit - logSum), actual, Tolerance, $"step {t}");
            }
        }
    }

    private void CheckParameters(TranslationParameters parameters, string variant)
    {
        double[] Golden(string name) => _file.Numbers("variants", variant, "grad_params", name);
        void Check(string name, double[] actual) => Near.AreNear(Golden(name), Array.ConvertAll(actual, value => value * Scale), Tolerance, name);
        Check("src.emb", Vectors(parameters.Encoder.Embedding));
        Check("tgt.emb", Vectors(parameters.Decoder.Embedding));
        Check("attn.w_in", Gradients(parameters.Attention.Query!));
        Check("attn.w_out", Gradients(parameters.Attention.Output));
        Check("gen.weight", Gradients(parameters.Output.Weight));
        Check("gen.bias", Gradients(parameters.Output.Bias));
        foreach (var (prefix, side) in ((string, EncoderParameters)[])[("enc", parameters.Encoder), ("dec", parameters.Decoder)])
        {
            GoldenWeights.ForEach(side.Stacks[0].Layers[0], Cell(name => Golden($"{prefix}.{name}")), (parameter, row, column, value) =>
                Near.AreNear([value], [parameter.GradientAt(row, column) * Scale], Tolerance, $"{prefix} {parameter.Name} {row} {column}"));
        }
    }

    private void CheckStates(TranslationPass pass, PackedBatch source, string variant)
    {
        var shape = pass.Sources;
        var columns = new NetworkShape(Network, 7).Top.StateColumns();
        for (var b = 0; b < Rows; b++)
        {
            var row = source.RowOfMember(b);
            var ofEnd = pass.Ends[0].Gradients[0].Pointer + row * new NetworkShape(Network, 7).Top.StateStride;
            Near.AreNear(
                _file.Numbers("variants", variant, "grad_enc_final", b), Array.ConvertAll(columns, column => ofEnd[column] * Scale), Tolerance, "grad_enc_final");
            for (var s = 0; s < source.Length(row) && variant != "emb"; s++)
            {
                var expected = _file.Numbers("variants", variant, "grad_states", s, b);
                double[] actual = [.. Enumerable.Range(0, expected.Length).Select(i => shape.SliceGradients(row)[s * expected.Length + i] * Scale)];
                Near.AreNear(expected, actual, Tolerance, $"grad_states {s} {b}");
            }
        }
    }

    private NetworkOptions Network => new() { Cell = CellKind.RevGru, EmbeddingSize = Units, HiddenSize = Units, ForgettingLimit = ForgettingLimit.ThreeBits };

    private TranslationParameters Parameters(string variant, AttentionContext context)
    {
        var shape = new AttentionShape(new NetworkShape(Network, _file.Int("Vs")), _file.Int("Vt"), context, _file.Int("k"), AttentionScore.General);
        var parameters = new TranslationParameters(shape, sharesVectors: false);
        Set(parameters.Encoder.Embedding.Value, _file.Numbers("params", "src.emb"));
        Set(parameters.Decoder.Embedding.Value, _file.Numbers("params", "tgt.emb"));
        Set(parameters.Output.Weight, _file.Numbers("params", "gen.weight"));
        Set(parameters.Output.Bias, _file.Numbers("params", "gen.bias"));
        Set(parameters.Attention.Query!, _file.Numbers("variants", variant, "attn", "attn.w_in"));
        Set(parameters.Attention.Output, _file.Numbers("variants", variant, "attn", "attn.w_out"));
        foreach (var (prefix, side) in ((string, EncoderParameters)[])[("enc", parameters.Encoder), ("dec", parameters.Decoder)])
        {
            GoldenWeights.ForEach(side.Stacks[0].Layers[0], Cell(name => _file.Numbers("params", $"{prefix}.{name}")),
                (parameter, row, column, value) => parameter.At(row, column) = (float)value);
        }
        return parameters;
    }

    /// <summary>A cell's weights by half, gate, unit and column: zr1, g1, zr2, g2, each [out, in] with a bias.</summary>
    private Func<int, int, int, int, double> Cell(Func<string, double[]> read)
    {
        var half = Units / 2;
        var inputs = Units + half;
        return (h, gate, unit, column) =>
        {
            var name = gate < 2 ? $"zr{h + 1}" : $"g{h + 1}";
            var row = gate % 2 * half + unit;
            return column == inputs ? read(name + ".bias")[row] : read(name + ".weight")[row * inputs + column];
        };
    }

    private int[][] Sources() =>
        [.. Enumerable.Range(0, Rows).Select(b => Enumerable.Range(0, _file.Int("src_lengths", b)).Select(s => _file.Int("src", s, b)).ToArray())];

    /// <summary>What the decoder reads, up to the blanks that have no loss.</summary>
    private int[][] Targets()
        => [.. Enumerable.Range(0, Rows).Select(b => Enumerable.Range(0, _file.Int("T")).Where(t => _file.Int("tgt_out", t, b) != 1).Select(t => _file.Int("tgt_in", t, b)).ToArray())];

    private static PackedBatch Batch(int[][] sequences)
    {
        var batch = new PackedBatch();
        batch.Fill(sequences, Parameter.Identity(sequences.Length), End);
        return batch;
    }

    private static void Set(Parameter parameter, double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            parameter.At(i / parameter.Columns, i % parameter.Columns) = (float)values[i];
    }

    private static double[] Gradients(Parameter parameter)
    {
        var gradients = new double[parameter.Rows * parameter.Columns];
        for (var i = 0; i < gradients.Length; i++)
            gradients[i] = parameter.GradientAt(i / parameter.Columns, i % parameter.Columns);
        return gradients;
    }

    private static double[] Vectors(EmbeddingTable table)
    {
        var gradients = new double[table.Value.Rows * table.Columns.Length];
        for (var i = 0; i < gradients.Length; i++)
        {
            var slot = table.Touched.IndexOf(i / table.Columns.Length);
            gradients[i] = slot < 0 ? 0 : table.Gradient[slot * table.Stride + table.Columns[i % table.Columns.Length]];
        }
        return gradients;
    }
}
