using System.Globalization;
using Microsoft.ML.RevRnn.Cells;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What networks for study and comparison are worth, each beside its rival of as many values or operations.</summary>
internal sealed class StudySuite : ISuite
{
    private const int Seeds = 3;
    private const int Inputs = 64;
    private const int DirectionUnits = 64, DirectionEpochs = 6;
    private const int MixedUnits = 32, Sets = 4, MixedEpochs = 4;
    private const int Delay = 100, Window = 200, MostWindows = 25;
    private const double Copied = 0.05;
    private const int NtmUpdates = 4_000;

    public string Name => "study";

    public string Title => "networks for study, each beside a rival of as many learned values or operations";

    public string Method =>
        $"directions: accuracy on SST-2's dev.tsv (--data says where) of RevGRU in two directions against one direction of {DirectionUnits} units and as many learned values in its layer, {DirectionEpochs} epochs, mean of {Seeds} seeds. "
        + $"mixture: perplexity of the same sentences, one by one, by a language model of MixedGru, {Sets} sets of {MixedUnits} units, against a GRU that takes as many operations a token, {MixedEpochs} epochs, mean of {Seeds} seeds. "
        + $"copy/T{Delay}/Unitary: updates until the mean cross-entropy of copying ten symbols over {Delay} steps is below {Copied.ToString(CultureInfo.InvariantCulture)} over {Window} updates, {MostWindows * Window} at the most. "
        + $"bits: wrong bits of copied sequences of {BitCopying.Width} bits a token by a neural Turing machine of {BitCopying.MemoryRows} rows against an LSTM of as many learned values, both after {NtmUpdates} batches of "
        + $"lengths 1 to {BitCopying.Longest}; of length {BitCopying.Longest} and of twice that, which neither has seen; the best of {Seeds} seeds each.";

    public void Run(Settings settings, IReport report)
    {
        if (settings.Wants("directions") || settings.Wants("mixture"))
            RunSentences(settings, report);
        if (settings.Wants($"copy/T{Delay}/Unitary"))
            RunCopying(settings, report);
        if (settings.Wants("bits"))
            RunBits(settings, report);
    }

    private void RunSentences(Settings settings, IReport report)
    {
        if (settings.Data is not { } data || !File.Exists(Path.Combine(data.FullName, "sst2", "train.tsv")))
        {
            report.Skip("SST-2 was not found. Give with --data a folder that has sst2/train.tsv and sst2/dev.tsv, rows of text and label.");
            return;
        }
        var sentences = new LabelledSentences(data);
        if (settings.Wants("directions"))
        {
            var units = Largest(units => 2 * units, units => 2 * new CellShape(CellKind.RevGru, Inputs, units).ParameterCount, new CellShape(CellKind.RevGru, Inputs, DirectionUnits).ParameterCount);
            double Mean(bool bidirectional, int units) => Enumerable.Range(1, Seeds).Average(seed => sentences.Accuracy(
                new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = Inputs, HiddenSize = units, Bidirectional = bidirectional }, DirectionEpochs, settings.Threads, seed));
            report.Add(new Measurement(Name, "directions", Mean(true, units), "") { Theirs = Mean(false, DirectionUnits), Against = "one direction", Runs = Seeds });
        }
        if (settings.Wants("mixture"))
        {
            var units = Largest(units => units, units => new CellShape(CellKind.Gru, Inputs, units).ParameterCount, new CellShape(MixedGruSpec.Of(Sets), Inputs, MixedUnits).ParameterCount);
            double Mean(CellKind cell, int units) => Enumerable.Range(1, Seeds).Average(seed => sentences.Perplexity(
                new NetworkOptions { Cell = cell, EmbeddingSize = Inputs, HiddenSize = units, MixtureSize = Sets }, MixedEpochs, settings.Threads, seed));
            report.Add(new Measurement(Name, "mixture", Mean(CellKind.MixedGru, MixedUnits), "") { Theirs = Mean(CellKind.Gru, units), Against = $"a GRU of {units} units", Runs = Seeds });
        }
    }

    private void RunCopying(Settings settings, IReport report)
    {
        using var training = MemoryTraining.OfCopying(MemoryCell.Of(CellKind.Unitary, CopyTask.Alphabet, CopyTask.Outcomes), Delay, settings.Threads, seed: 1);
        var (loss, windows) = (double.PositiveInfinity, 0);
        for (; windows < MostWindows && loss >= Copied; windows++)
            loss = training.Run(Window);
        report.Add(new Measurement(Name, $"copy/T{Delay}/Unitary", windows * Window, "updates"));
        report.Add(new Measurement(Name, $"copy/T{Delay}/Unitary", loss, "nats") { Aspect = "loss", Theirs = CopyTask.Baseline(Delay), Against = "without memory" });
    }

    private void RunBits(Settings settings, IReport report)
    {
        if (LibTorch.Prepare(settings.Threads) is { } missing)
        {
            report.Skip($"There is no libtorch: {missing}");
            return;
        }
        var wrong = Enumerable.Range(1, Seeds).Select(seed =>
        {
            var (machine, lstm) = BitCopying.Create(seed);
            using (machine)
            using (lstm)
            {
                BitCopying.Train(machine, NtmUpdates, seed);
                BitCopying.Train(lstm, NtmUpdates, seed);
                return (Machine: Both(machine), Lstm: Both(lstm));
            }
        }).ToArray();
        for (var i = 0; i < 2; i++)
        {
            report.Add(new Measurement(Name, $"bits/L{(i + 1) * BitCopying.Longest}", wrong.Min(of => of.Machine[i]), "bits")
            {
                Theirs = wrong.Min(of => of.Lstm[i]),
                Against = "an LSTM",
                Runs = Seeds,
            });
        }

        static double[] Both(nn.Module<Tensor, Tensor> module) => [BitCopying.WrongBits(module, BitCopying.Longest), BitCopying.WrongBits(module, 2 * BitCopying.Longest)];
    }

    /// <summary>The most units of which a layer has no more values than are allowed.</summary>
    private static int Largest(Func<int, int> units, Func<int, long> values, long allowed)
    {
        var i = 1;
        while (values(units(i + 1)) <= allowed)
            i++;
        return units(i);
    }
}
