using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Spectre.Console;

namespace Autocomplete;

/// <summary>Trains each network on the same observations, in the same way, and compares what they tell of others.</summary>
internal static class Experiment
{
    private const int Unknown = 0;
    private const int Top = 3;

    public static void Run(Settings settings)
    {
        var clock = Stopwatch.StartNew();
        var corpus = Corpus.Read(settings);
        var task = new WordTask(corpus.Training, corpus.Validation, corpus.Test);
        var results = Array.ConvertAll(Contestant.All, contestant => Train(contestant, task, settings));
        Report.Table(results, settings);
        Report.ByLetters(results);
        if (settings.Html is { } html)
        {
            var shown = corpus.Test.MaxBy(observation => observation.Label.Count(label => label != Preparation.Unknown))!;
            ConnectivityReport[] reports = Array.ConvertAll(results, result => Connectivity(result, task, shown));
            reports.SaveHtml(html.FullName);
            AnsiConsole.MarkupLineInterpolated($"What each of them remembers is in {html.FullName}: open it, and hover a letter.");
        }
        if (settings.Json)
            Report.Json(results, clock.Elapsed);
    }

    private static Result Train(Contestant contestant, WordTask task, Settings settings)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{contestant.Name}[/]");
        using var progress = new ConsoleProgress();
        var network = contestant.Network(settings.Units);
        var training = new TrainingOptions
        {
            MaximumEpochs = settings.Epochs,
            BatchSize = 32,
            LearningRate = 4e-3f,
            Schedule = LearningRateSchedule.Cosine,
            Dropout = 0,
            ThreadCount = settings.Threads,
            Seed = 1,
        };
        var clock = Stopwatch.StartNew();
        var model = SequenceTagger.Train(
            task.Sequences, task.Labels, task.Classes.Count, task.Tokenizer.Size, network, training, examples: task.Examples, progress: progress).Model;
        var seconds = clock.Elapsed.TotalSeconds;
        var parameters = ParameterMemory.Count(network with { Pooling = PoolingKind.Last }, task.Tokenizer.Size, task.Classes.Count);
        var byLetters = AccuracyByLetters.Of(model, task.TestSequences, task.TestLabels, task.Tokenizer.Encode(" ")[0], Top, new HashSet<int> { Unknown });
        return new Result(contestant, model, parameters, CrossEntropy(model, task), byLetters, seconds);
    }

    private static double CrossEntropy(SequenceTagger model, WordTask task)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var (tokens, labels) in task.TestSequences.Zip(task.TestLabels))
        {
            var probabilities = new float[tokens.Length * task.Classes.Count];
            model.Predict(tokens, probabilities);
            foreach (var (t, label) in labels.Index().Where(label => label.Item != Unknown))
            {
                sum -= Math.Log(Math.Max(probabilities[t * task.Classes.Count + label], float.Epsilon));
                count++;
            }
        }
        return sum / count;
    }

    private static ConnectivityReport Connectivity(Result result, WordTask task, Observation observation)
    {
        var options = new RevConnectivityOptions
        {
            ModelName = result.Contestant.Name,
            PredictionCount = Top,
            Computation = new ConnectivityOptions { Measure = ConnectivityMeasure.OneHotNorm },
        };
        return ConnectivityReport.Of(result.Model, task.Tokenizer, observation.Text, task.Classes, observation.Label, options);
    }
}
