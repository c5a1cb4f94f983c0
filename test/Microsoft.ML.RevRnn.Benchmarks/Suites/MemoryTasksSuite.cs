namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What a cell remembers: the copying memory task and the adding problem, with what who remembers nothing gets.</summary>
internal sealed class MemoryTasksSuite : ISuite
{
    /// <summary>Updates that a figure is the mean of, the last of so many.</summary>
    private const int Window = 200, Copying = 3 * Window, Adding = 15 * Window;

    private static readonly int[] _delays = [50, 100];
    private static readonly int[] _steps = [50, 100];
    private static readonly int[] _lengths = [16, 64, 512];

    public string Name => "memory-tasks";

    public string Title => "the copying memory task and the adding problem: loss of each cell against that without memory";

    public string Method =>
        $"Mean cross-entropy a step of copying ten symbols over T steps, and mean squared error of adding two of T numbers, of new sequences before they are learned from, "
        + $"over the last {Window} of {Copying} and of {Adding} updates; beside it the least that there is without memory: 10 ln 8 / (T + 20), and 1/6. Layers of about equally many learned values "
        + $"(the unitary RNN of 128 complex units has fewer, as in Arjovsky, Shah and Bengio 2016), batches of {MemoryTraining.Rows}, AdamW at {MemoryTraining.LearningRate}, gradients no longer than "
        + $"{MemoryTraining.MaximumGradientNorm}, one seed. Cases of ends/ are the accuracy "
        + $"of telling, of unseen texts of four tokens, whether the last is the first, after {EndsTask.Epochs} epochs of {EndsTask.Texts} such texts: a balanced tree whose forget gates begin in the middle, one whose units begin as "
        + $"carriers ({nameof(NetworkOptions.CarryFraction)} 1), and an LSTM of as many units.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var delay in _delays)
        {
            foreach (var kind in Enum.GetValues<CellKind>())
            {
                Run($"copy/T{delay}/{kind}", "nats", (CopyTask.Baseline(delay), Copying), settings, report,
                    () => MemoryTraining.OfCopying(MemoryCell.Of(kind, CopyTask.Alphabet, CopyTask.Outcomes), delay, settings.Threads, seed: 1));
            }
        }
        foreach (var steps in _steps)
        {
            foreach (var kind in Enum.GetValues<CellKind>())
            {
                Run($"adding/T{steps}/{kind}", "squared", (AddingTask.Baseline, Adding), settings, report,
                    () => MemoryTraining.OfAdding(MemoryCell.Of(kind, AddingTask.Inputs, 1), steps, settings.Threads, seed: 1));
            }
        }
        foreach (var length in _lengths)
            RunEnds(length, settings, report);
    }

    /// <summary>Trees and an LSTM of as many units, in as many updates.</summary>
    private void RunEnds(int length, Settings settings, IReport report)
    {
        foreach (var (structure, carry, of) in (ReadOnlySpan<(NetworkStructure, float, string)>)
            [(NetworkStructure.Sequence, 0, nameof(CellKind.Lstm)), (NetworkStructure.BalancedTree, 0, $"{NetworkStructure.BalancedTree}/middle"),
             (NetworkStructure.BalancedTree, 1, $"{NetworkStructure.BalancedTree}/carrying")])
        {
            var name = $"ends/T{length}/{of}";
            if (!settings.Wants(name))
                continue;
            var (sequences, labels) = EndsTask.Draw(EndsTask.Texts, length, seed: 1);
            var (unseen, expected) = EndsTask.Draw(EndsTask.Texts, length, seed: 2);
            var network = new NetworkOptions { Cell = CellKind.Lstm, Structure = structure, EmbeddingSize = 16, HiddenSize = 32, Pooling = PoolingKind.Last, CarryFraction = carry };
            var training = new TrainingOptions
            {
                MaximumEpochs = EndsTask.Epochs,
                BatchSize = 20,
                LearningRate = 5e-3f,
                Dropout = 0,
                ValidationFraction = 0,
                ActivationStrategy = ActivationStrategy.Stored,
                ThreadCount = settings.Threads,
                Seed = 1,
            };
            var model = SequenceClassifier.Train(sequences, labels, 2, EndsTask.Vocabulary, network, training).Model;
            report.Add(new Measurement(Name, name, EndsTask.Accuracy(model, unseen, expected), "") { Theirs = 0.5, Against = "without memory" });
        }
    }

    private void Run(string name, string unit, (double Baseline, int Updates) task, Settings settings, IReport report, Func<MemoryTraining> create)
    {
        if (!settings.Wants(name))
            return;
        using var training = create();
        var loss = 0.0;
        for (var update = 0; update < task.Updates; update += Window)
            loss = training.Run(Window);
        report.Add(new Measurement(Name, name, loss, unit) { Theirs = task.Baseline, Against = "without memory" });
        report.Add(new Measurement(Name, name, training.ParameterCount, "values") { Aspect = "learned" });
    }
}
