using System.Diagnostics;
using System.Net.Http.Json;
using Samples;
using Serving;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The serving sample under load.</summary>
internal sealed class ServingSuite : ISuite
{
    private const int Units = 256;

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(8);
    private static readonly int[] _clients = [1, 8, 64];

    public string Name => "serving";

    public string Title => "requests a second that the serving sample answers, and how long one waits";

    public string Method =>
        $"samples/Serving in this process, a classifier of {Units} units with n-grams, summaries of the documentation over HTTP on the loopback interface by so many clients, each of which asks again as soon as it has "
        + "its answer; clients and service share the processors. batched: requests that wait are answered side by side, against one after the other. p50, p99: half and 99 % of the requests took no longer.";

    public void Run(Settings settings, IReport report)
    {
        ServedModels? models = null;
        foreach (var clients in _clients)
        {
            var name = $"clients {clients}";
            if (!settings.Wants(name))
                continue;
            models ??= Train(settings.Threads);
            var alone = Load(models, mostInBatch: 1, clients);
            var together = Load(models, mostInBatch: 64, clients);
            report.Add(new Measurement(Name, name, together.PerSecond, "requests/s") { Theirs = alone.PerSecond, Against = "one after the other", Runs = 1 });
            report.Add(new Measurement(Name, name, together.Percentile(0.5), "ms") { Aspect = "p50", Theirs = alone.Percentile(0.5), Against = "one after the other", Runs = 1 });
            report.Add(new Measurement(Name, name, together.Percentile(0.99), "ms") { Aspect = "p99", Theirs = alone.Percentile(0.99), Against = "one after the other", Runs = 1 });
        }
    }

    private static ServedModels Train(int threads)
    {
        var context = new MLContext(1);
        var data = context.Data.LoadFromEnumerable(Rows());
        var network = new NetworkOptions { EmbeddingSize = 128, HiddenSize = Units };
        var training = new TrainingOptions { MaximumEpochs = 1, ThreadCount = threads };
        var classifier = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.RevLstm(new RevRnnClassificationOptions { Network = network, Training = training })).Fit(data).LastTransformer;
        var languageModel = context.Transforms.Text.RevLanguageModel(new RevLanguageModelOptions { Network = network with { HiddenSize = 32 }, Training = training }).Fit(data);
        return new ServedModels(classifier, languageModel);
    }

    private static LabelledText[] Rows() => [.. SequenceClassification.DocumentationCorpus.Read(12).Where((_, i) => i % 20 == 0)];

    private static LoadResult Load(ServedModels models, int mostInBatch, int clients)
    {
        using var service = new Service(models, "http://127.0.0.1:0", mostWaiting: 1000, mostInBatch);
        service.StartAsync().GetAwaiter().GetResult();
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = clients };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(service.Address) };
        var rows = Rows();
        _ = AskAsync(_warmUp).GetAwaiter().GetResult();
        return AskAsync(_duration).GetAwaiter().GetResult();

        async Task<LoadResult> AskAsync(TimeSpan duration)
        {
            var clock = Stopwatch.StartNew();
            var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
            {
                var own = new List<double>();
                for (var i = number; clock.Elapsed < duration; i += clients)
                {
                    var start = Stopwatch.GetTimestamp();
                    using var response = await client.PostAsJsonAsync("/classify", new ClassifyRequest(rows[i % rows.Length].Text));
                    response.EnsureSuccessStatusCode();
                    own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
                return own;
            })));
            return new LoadResult([.. times.SelectMany(own => own).Order()], clock.Elapsed);
        }
    }

    private sealed record LoadResult(double[] Milliseconds, TimeSpan Duration)
    {
        public double PerSecond => Milliseconds.Length / Duration.TotalSeconds;

        public double Percentile(double share) => Milliseconds[(int)((Milliseconds.Length - 1) * share)];
    }
}
