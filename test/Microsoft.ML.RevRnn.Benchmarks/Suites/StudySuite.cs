using System.Globalization;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What networks for study and comparison are worth, each beside its rival of as many values or operations.</summary>
internal sealed class StudySuite : ISuite
{
    private const int Seeds = 3;
    private const int Inputs = 64;
    private const int DirectionUnits = 64, DirectionEpochs = 6;
    private const int MixedUnits = 32, Sets = 4, MixedEpochs = 4, TimedLength = 200;
    private const int Delay = 100, Window = 200, MostWindows = 25;
    private const double Copied = 0.05;
    private const int NtmUpdates = 4_000;

    public string Name => "study";

    public string Title => "networks for study, each beside a rival of as many learned values or operations";

    public string Method =>
        $"directions: accuracy on SST-2's dev.tsv (--data says where) of RevGRU in two directions against one direction of {DirectionUnits} units and as many learned values in its layer, {DirectionEpochs} epochs, mean of {Seeds} seeds. "
        + $"mixture: perplexity of the same sentences, one by one, by a language model of MixedGru, {Sets} sets of {MixedUnits} units, against a GRU that takes as many operations a predicted token (mixture/training: as many as all sets in "
        + $"training), {MixedEpochs} epochs, mean of {Seeds} seeds; mixture/bits: what a token tells of the set that is chosen at it. mixture/token: time a token of a classifier of as many units as the GRU's, texts of {TimedLength} tokens one by one, on one thread. "
        + $"copy/T{Delay}/Unitary: updates until the mean cross-entropy of copying ten symbols over {Delay} steps is below {Copied.ToString(CultureInfo.InvariantCulture)} over {Window} updates, {MostWindows * Window} at the most. "
        + $"bits: wrong bits of copied sequences of {BitCopying.Width} bits a token by a neural Turing machine of {BitCopying.MemoryRows} rows against an LSTM of as many learned values, both after {NtmUpdates} batches of "
        + $"lengths 1 to {BitCopying.Longest}; of length {BitCopying.Longest} and of twice that, which neither has seen; the best of {Seeds} seeds each.";

    public void Run(Settings settings, IReport report)
    {
        if (settings.Wants("directions") || settings.Wants("mixture/training"))
            RunSentences(settings, report);
        foreach (var units in (int[])[MixedUnits, 256])
        {
            if (settings.Wants($"mixture/token/H{units}"))
                TimeMixture($"mixture/token/H{units}", units, report);
        }
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
        if (settings.Wants("mixture/training"))
        {
            // Products with token vectors are made once a token and kept, so that those with the state are what a predicted token takes; an even number of units that takes no less.
            var inPrediction = 2 + Largest(units => 2 * units, units => 3L * units * units, MixedUnits * (3L * MixedUnits + Sets) - 1);
            var inTraining = Largest(units => 2 * units, units => new CellShape(CellKind.Gru, Inputs, units).ParameterCount, new CellShape(MixedGruSpec.Of(Sets), Inputs, MixedUnits).ParameterCount);
            var mixed = Mean(CellKind.MixedGru, MixedUnits);
            if (settings.Wants("mixture"))
                report.Add(new Measurement(Name, "mixture", mixed.Perplexity, "") { Theirs = Mean(CellKind.Gru, inPrediction).Perplexity, Against = $"a GRU of {inPrediction} units", Runs = Seeds });
            report.Add(new Measurement(Name, "mixture", mixed.Bits, "bits") { Aspect = "bits", Runs = Seeds });
            report.Add(new Measurement(Name, "mixture/training", mixed.Perplexity, "") { Theirs = Mean(CellKind.Gru, inTraining).Perplexity, Against = $"a GRU of {inTraining} units", Runs = Seeds });

            (double Perplexity, double Bits) Mean(CellKind cell, int units)
            {
                var network = new NetworkOptions { Cell = cell, EmbeddingSize = Inputs, HiddenSize = units, MixtureSize = Sets };
                var runs = Enumerable.Range(1, Seeds).Select(seed => sentences.Perplexity(network, MixedEpochs, settings.Threads, seed)).ToArray();
                return (runs.Average(run => run.Perplexity), runs.Average(run => run.Bits));
            }
        }
    }

    /// <summary>A layer of several sets beside a GRU's, each over the same texts of tokens whose products are kept.</summary>
    private void TimeMixture(string name, int units, IReport report)
    {
        const int Vocabulary = 1000, Texts = 16;
        var random = new Random(1);
        int[][] texts = [.. Enumerable.Range(0, Texts).Select(_ => Enumerable.Range(0, TimedLength).Select(_ => random.Next(Vocabulary)).ToArray())];
        var timings = Alternation.Run(new Pace(TimeSpan.FromSeconds(1)), Reader(CellKind.MixedGru), Reader(CellKind.Gru));
        report.Add(new Measurement(Name, name, 1e6 * timings.Medians[0] / TimedLength, "ns/token")
        {
            Theirs = 1e6 * timings.Medians[1] / TimedLength,
            Against = "a GRU of as many units",
            Runs = timings.Runs,
        });

        TimedAction Reader(CellKind cell)
        {
            var network = new NetworkOptions { Cell = cell, EmbeddingSize = Inputs, HiddenSize = units, MixtureSize = Sets };
            var classifier = Untrained.Classifier(new NetworkShape(network, Vocabulary), 2);
            var (probabilities, next) = (new float[2], 0);
            return new TimedAction(() => classifier.Predict(texts[next++ % Texts], probabilities));
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
