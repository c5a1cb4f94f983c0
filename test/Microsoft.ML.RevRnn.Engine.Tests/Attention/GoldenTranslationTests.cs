using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A whole translation without rounding against golden vectors, in double and the engine's of floats: loss, logits, all gradients, and what attention hands to the encoder.</summary>
[TestClass]
internal sealed unsafe class GoldenTranslationTests
{
    private const int Blank = 1;
    private const int End = 3;
    private const double Tolerance = 1e-5;

    private GoldenFile _file = null!;
    private GoldenFile _part = null!;

    private int Rows => _file.Int("B");

    private int Units => _file.Int("H");

    private double Limit => _file.Number("max_forget");

    /// <summary>The file's loss is the sum over tokens by rows, ours their mean.</summary>
    private double Scale => Targets().Sum(target => target.Length) / (double)Rows;

    private NetworkOptions Network => new()
    {
        Cell = CellKind.RevGru,
        EmbeddingSize = _file.Count("params", "src.emb", 0),
        HiddenSize = Units,
        ForgettingLimit = GoldenLayer.Limit(Limit),
    };

    [TestMethod]
    [GoldenFiles("nmt_revgru_toy", "hidden", AttentionContext.Hidden)]
    [GoldenFiles("nmt_revgru_toy", "emb", AttentionContext.Embedding)]
    [GoldenFiles("nmt_revgru_toy", "slice", AttentionContext.Slice)]
    [GoldenFiles("nmt_revgru_toy", "slice_emb", AttentionContext.EmbeddingAndSlice)]
    public void TheEquationsInDoubleAreThoseOfTheReference(string name, string variant, AttentionContext context)
    {
        Load(name, variant);
        var net = new GoldenEquations(_file);
        var shape = new CellShape(CellKind.RevGru, Network.EmbeddingSize, Units);
        var (encoder, decoder) = (net.Layer(shape, Limit, "enc."), net.Layer(shape, Limit, "dec."));
        var attention = new ReferenceAttention(_part.Numbers("attn", "attn.w_in"), _part.Numbers("attn", "attn.w_out"));
        var translation = new ReferenceTranslation
        {
            Encoder = [encoder],
            Decoder = [decoder],
            SourceVectors = net["src.emb"],
            TargetVectors = net["tgt.emb"],
            Attention = attention,
            OutputWeight = net["gen.weight"],
            OutputBias = net["gen.bias"],
            Context = context,
            SliceSize = _file.Int("k"),
        };
        int[] Column(string of, int b) => [.. Enumerable.Range(0, _file.Int("T")).Select(t => _file.Int(of, t, b))];

        ReferenceTranslation.Pair[] pairs = [.. Sources().Select((source, b) => translation.Run(source, Column("tgt_in", b)))];
        Variable[] losses = [.. pairs.SelectMany((pair, b) => pair.Losses(Array.ConvertAll(Column("tgt_out", b), token => token == Blank ? -1 : token)))];
        Variable.Backward([.. losses.Select(loss => (loss, new[] { 1.0 / Rows }))]);

        Near.AreNear([_part.Number("loss")], [losses.Sum(loss => loss.Value[0]) / Rows], GoldenEquations.Tolerance, "loss");
        foreach (var (b, pair) in pairs.Index())
            CheckPair(b, pair);
        net.CheckLayer(encoder, "enc.", _part);
        net.CheckLayer(decoder, "dec.", _part);
        foreach (var of in (string[])["src.emb", "tgt.emb", "gen.weight", "gen.bias"])
            CheckGradient(of, net[of]);
        CheckGradient("attn.w_in", attention.In!);
        CheckGradient("attn.w_out", attention.Out);

        void CheckGradient(string of, Variable weights) => Near.AreNear(_part.Numbers("grad_params", of), weights.Gradient, GoldenEquations.Tolerance, $"gradient by {of}");
    }

    [TestMethod]
    [GoldenFiles("nmt_revgru_toy", "hidden", AttentionContext.Hidden, ActivationStrategy.Stored)]
    [GoldenFiles("nmt_revgru_toy", "emb", AttentionContext.Embedding, ActivationStrategy.Stored)]
    [GoldenFiles("nmt_revgru_toy", "slice", AttentionContext.Slice, ActivationStrategy.Checkpointed)]
    [GoldenFiles("nmt_revgru_toy", "slice_emb", AttentionContext.EmbeddingAndSlice, ActivationStrategy.Stored)]
    [GoldenFiles("nmt_revgru_toy", "slice_emb", AttentionContext.EmbeddingAndSlice, ActivationStrategy.Checkpointed)]
    public void ResultsAreTheGoldenOnes(string name, string variant, AttentionContext context, ActivationStrategy strategy)
    {
        Load(name, variant);
        using var device = new Device(threads: 2);
        using var parameters = Parameters(context);
        var settings = new StackSettings { Arithmetic = CellArithmetic.Unquantized, Strategy = strategy, ChunkLength = new ChunkLength(2, 2, 1) };
        using var pass = new TranslationPass(parameters, new TranslationSettings(settings, settings, 0), device, decoder => TranslationObjective.CreateExactHead(parameters, decoder));
        pass.PrepareTraining();
        foreach (var parameter in (Parameter[])[parameters.Output.Weight, parameters.Output.Bias])
            parameter.EnableGradient();
        var (source, target) = (Batch(Sources()), Batch(Targets()));

        var result = pass.Train(source, target, seed: 1);

        Near.AreNear([_part.Number("loss")], [result.LossSum / Rows], Tolerance, "loss");
        CheckParameters(parameters);
        CheckStates(pass, source, context);
    }

    [TestMethod]
    [GoldenFiles("nmt_revgru_toy", "hidden", AttentionContext.Hidden)]
    [GoldenFiles("nmt_revgru_toy", "emb", AttentionContext.Embedding)]
    [GoldenFiles("nmt_revgru_toy", "slice", AttentionContext.Slice)]
    [GoldenFiles("nmt_revgru_toy", "slice_emb", AttentionContext.EmbeddingAndSlice)]
    public void DistributionsAreTheGoldenOnes(string name, string variant, AttentionContext context)
    {
        Load(name, variant);
        using var device = new Device(threads: 1);
        using var parameters = Parameters(context);
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
                var logits = _part.Numbers("logits", t, target.MemberOfRow(row));
                var logSum = Math.Log(logits.Sum(Math.Exp));
                double[] actual = [.. head.LogProbabilities((int)target.FlatOffset(t) + row).ToArray().Select(value => (double)value)];
                Near.AreNear(Array.ConvertAll(logits, logit => logit - logSum), actual, Tolerance, $"step {t}");
            }
        }
    }

    private void Load(string name, string variant)
    {
        _file = GoldenFile.Load(name);
        _part = _file.Part("variants", variant);
    }

    /// <summary>A source's states past its end are its last, and attention's weights on them none.</summary>
    private void CheckPair(int b, ReferenceTranslation.Pair pair)
    {
        for (var s = 0; s < _file.Int("S"); s++)
        {
            Check(_file, ["enc_states", s, b], pair.Read[Math.Min(s, pair.Read.Length - 1)].Value);
            if (pair.Slices.Length > 0)
                Check(_part, ["grad_states", s, b], s < pair.Slices.Length ? pair.Slices[s].Gradient : new double[pair.Slices[0].Length]);
        }
        Check(_part, ["grad_enc_final", b], pair.Start[0].Gradient);
        for (var t = 0; t < _file.Int("T"); t++)
        {
            Check(_file, ["dec_states", t, b], pair.Written[t].Value);
            Check(_part, ["alpha", t, b], [.. pair.Alphas[t].Value, .. new double[_file.Int("S") - pair.Read.Length]]);
            Check(_part, ["logits", t, b], pair.Scores[t].Value);
        }

        static void Check(GoldenFile file, object[] path, double[] actual) => Near.AreNear(file.Numbers(path), actual, GoldenEquations.Tolerance, string.Join(' ', path));
    }

    private void CheckParameters(TranslationParameters parameters)
    {
        void Check(string name, double[] actual) => Near.AreNear(_part.Numbers("grad_params", name), Array.ConvertAll(actual, value => value * Scale), Tolerance, name);
        Check("src.emb", parameters.Encoder.Embedding.ElementGradients());
        Check("tgt.emb", parameters.Decoder.Embedding.ElementGradients());
        Check("attn.w_in", parameters.Attention.Query!.ElementGradients());
        Check("attn.w_out", parameters.Attention.Output.ElementGradients());
        Check("gen.weight", parameters.Output.Weight.ElementGradients());
        Check("gen.bias", parameters.Output.Bias.ElementGradients());
        ForEachWeight(parameters, _part, "grad_params", (parameter, row, column, value) =>
            Near.AreNear([value], [parameter.GradientAt(row, column) * Scale], Tolerance, $"{parameter.Name} {row} {column}"));
    }

    private void CheckStates(TranslationPass pass, PackedBatch source, AttentionContext context)
    {
        var (slices, top) = (pass.Sources, new NetworkShape(Network, _file.Int("Vs")).Top);
        for (var b = 0; b < Rows; b++)
        {
            var row = source.RowOfMember(b);
            var ofEnd = pass.Ends[0].Gradients[0].Pointer + row * top.StateStride;
            Near.AreNear(_part.Numbers("grad_enc_final", b), Array.ConvertAll(top.StateColumns(), column => ofEnd[column] * Scale), Tolerance, "grad_enc_final");
            for (var s = 0; s < source.Length(row) && context != AttentionContext.Embedding; s++)
            {
                var expected = _part.Numbers("grad_states", s, b);
                double[] actual = [.. Enumerable.Range(0, expected.Length).Select(i => slices.SliceGradients(row)[s * expected.Length + i] * Scale)];
                Near.AreNear(expected, actual, Tolerance, $"grad_states {s} {b}");
            }
        }
    }

    private TranslationParameters Parameters(AttentionContext context)
    {
        var shape = new AttentionShape(new NetworkShape(Network, _file.Int("Vs")), _file.Int("Vt"), context, _file.Int("k"), AttentionScore.General);
        var parameters = new TranslationParameters(shape, sharesVectors: false);
        parameters.Encoder.Embedding.Value.SetElements(_file.Numbers("params", "src.emb"));
        parameters.Decoder.Embedding.Value.SetElements(_file.Numbers("params", "tgt.emb"));
        parameters.Output.Weight.SetElements(_file.Numbers("params", "gen.weight"));
        parameters.Output.Bias.SetElements(_file.Numbers("params", "gen.bias"));
        parameters.Attention.Query!.SetElements(_part.Numbers("attn", "attn.w_in"));
        parameters.Attention.Output.SetElements(_part.Numbers("attn", "attn.w_out"));
        ForEachWeight(parameters, _file, "params", (parameter, row, column, value) => parameter.At(row, column) = (float)value);
        return parameters;
    }

    /// <summary>Visits the weights of both sides' layers with those of a set.</summary>
    private static void ForEachWeight(TranslationParameters parameters, GoldenFile file, string set, Action<Parameter, int, int, double> take)
    {
        GoldenWeights.ForEach(file, parameters.Encoder.Stacks[0].Layers[0], set, take, "enc.");
        GoldenWeights.ForEach(file, parameters.Decoder.Stacks[0].Layers[0], set, take, "dec.");
    }

    private int[][] Sources() =>
        [.. Enumerable.Range(0, Rows).Select(b => Enumerable.Range(0, _file.Int("src_lengths", b)).Select(s => _file.Int("src", s, b)).ToArray())];

    /// <summary>What the decoder reads, up to the blanks that have no loss.</summary>
    private int[][] Targets() =>
        [.. Enumerable.Range(0, Rows).Select(b => Enumerable.Range(0, _file.Int("T")).Where(t => _file.Int("tgt_out", t, b) != Blank).Select(t => _file.Int("tgt_in", t, b)).ToArray())];

    private static PackedBatch Batch(int[][] sequences)
    {
        var batch = new PackedBatch();
        batch.Fill(sequences, Parameter.Identity(sequences.Length), End);
        return batch;
    }
}
