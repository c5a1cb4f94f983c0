using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Steps of a language model on all ranks of an MPI job against one of them alone, in turns.</summary>
internal sealed class RanksSuite : ISuite
{
    private const int Vocabulary = 6_000, Units = 650;

    private static readonly Pace _pace = new(TimeSpan.FromSeconds(12)) { WarmUp = TimeSpan.FromSeconds(2) };

    /// <summary>Which rank of a job this process is; null where no launcher has started it.</summary>
    public static int? Rank => new[] { "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK" }
        .Select(name => int.TryParse(Environment.GetEnvironmentVariable(name), out var rank) ? rank : (int?)null).FirstOrDefault(rank => rank != null);

    public string Name => "ranks";

    public string Title => "training on several ranks against one: mpirun -np 2 ... ranks";

    public string Method =>
        $"Tokens a second of a language model's steps in as many shards as there are ranks, one layer of RevLSTM, E = H = {Units}, B = {LanguageRecipe.Rows}, T = {LanguageRecipe.Window}, softmax over "
        + $"{Vocabulary} words, float32 gradients: all ranks together, and rank 0 alone while the others wait. Each rank has --threads threads. Medians; the ratio is the speed-up.";

    public void Run(Settings settings, IReport report)
    {
        if (Rank == null)
        {
            report.Skip("it takes a launcher: mpirun -np 2 dotnet Microsoft.ML.RevRnn.Benchmarks.dll ranks");
            return;
        }
        var group = MpiGroup.World();
        if (!settings.Wants(Name) || group.Size == 1)
            return;
        using var whole = new Steps(group, together: false, shards: 1, settings.Threads);
        using var alone = new Steps(group, together: false, shards: group.Size, settings.Threads);
        using var together = new Steps(group, together: true, shards: group.Size, settings.Threads);
        Steps[] turns = [whole, alone, together];
        List<double>[] times = [[], [], []];
        // Each rank must take as many turns, so that rank 0's clock decides.
        var end = DateTime.UtcNow + _pace.WarmUp + _pace.Budget;
        var warm = DateTime.UtcNow + _pace.WarmUp;
        Span<byte> goesOn = [1];
        while (goesOn[0] == 1)
        {
            var round = Array.ConvertAll(turns, turn => turn.Run());
            for (var i = 0; i < round.Length && DateTime.UtcNow > warm; i++)
                times[i].Add(round[i]);
            goesOn[0] = DateTime.UtcNow < end || times[0].Count < 3 ? (byte)1 : (byte)0;
            group.Broadcast(goesOn, 0);
        }
        if (group.Rank != 0)
            return;
        Add(report, group, times, 1, "one rank");
        Add(report, group, times, 0, "one rank, no shards");
    }

    private void Add(IReport report, IGradientGroup group, List<double>[] times, int other, string against)
        => report.Add(new Measurement(Name, $"RevLstm/{group.Size} ranks", Steps.Tokens / Median(times[2]), "tokens/s")
        {
            Aspect = against == "one rank" ? "" : against,
            Theirs = Steps.Tokens / Median(times[other]),
            Against = against,
            Runs = times[2].Count,
        });

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Training of one or all ranks.</summary>
    private sealed class Steps : IDisposable
    {
        private readonly IGradientGroup _group;
        private readonly bool _works;
        private readonly Device _device;
        private readonly NetworkParameters _parameters;
        private readonly ManagedTrainer _trainer;
        private readonly TrainingTask _task;
        private readonly int _windows;
        private int _window;

        public Steps(IGradientGroup group, bool together, int shards, int threads)
        {
            _group = group;
            _works = together || group.Rank == 0;
            var options = LanguageRecipe.Training(CellKind.RevLstm, epochs: 1, seed: 1, threads) with { Shards = shards, Group = together ? group : null };
            var network = LanguageRecipe.Network(CellKind.RevLstm) with { EmbeddingSize = Units, HiddenSize = Units };
            _parameters = NetworkParameters.OfNextTokens(new NetworkShape(network, Vocabulary));
            _parameters.Initialize(1);
            _device = new Device(threads);
            var random = new Random(1);
            // Words as frequent as Zipf's law has it.
            int[] stream = [.. Enumerable.Range(0, LanguageRecipe.Rows * LanguageRecipe.Window * 40).Select(_ => (int)Math.Pow(Vocabulary, random.NextDouble()) - 1)];
            var objective = new NextTokenObjective(TokenFrequencies.Count([stream], Vocabulary), LanguageRecipe.Model, options);
            _trainer = new ManagedTrainer(_parameters, objective, options, _device, carriesStates: true);
            var task = new StreamTask((stream, []), LanguageRecipe.Model, _trainer, objective, options);
            _task = options.IsSharded ? new ShardedTask(task, options) : task;
            _windows = _task.BeginEpoch(1) - 1;
        }

        public static double Tokens => LanguageRecipe.Rows * LanguageRecipe.Window;

        /// <summary>Seconds of a step.</summary>
        public double Run()
        {
            _group.Barrier();
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            if (_works)
            {
                _task.Train(_window, seed: 1);
                _trainer.Step(1e-4f, 0, LanguageRecipe.MaximumGradientNorm);
                _window = (_window + 1) % _windows;
            }
            var elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
            _group.Barrier();
            return elapsed;
        }

        public void Dispose()
        {
            (_task as IDisposable)?.Dispose();
            _trainer.Dispose();
            _device.Dispose();
            _parameters.Dispose();
        }
    }
}
