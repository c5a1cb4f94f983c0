using System.Net.ServerSentEvents;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.RevRnn;

namespace Serving;

/// <summary>
/// The service: POST /classify, GET /generate (server-sent events), GET /health, GET /metrics, and a page to try them at GET /.
/// </summary>
internal sealed class Service : IDisposable
{
    private const int MostInBatch = 64;
    private const int MostCharacters = 100_000;
    private const int MostTokens = 2_000;
    private const int ToldClasses = 5;

    private readonly ServedModels _models;
    private readonly ServiceMeter _meter = new();
    private readonly BatchQueue<string, TextPrediction> _queue;
    private readonly WebApplication _application;

    /// <param name="models">What it serves.</param>
    /// <param name="url">Where it listens; port 0 for one that is free.</param>
    /// <param name="mostWaiting">Requests that may wait.</param>
    /// <param name="mostInBatch">Requests that are answered side by side; 1 for one after the other.</param>
    public Service(ServedModels models, string url, int mostWaiting, int mostInBatch = MostInBatch)
    {
        _models = models;
        _queue = new(models.Classifier.Predict, _meter, mostInBatch, mostWaiting, Environment.ProcessorCount);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = 4 * MostCharacters);
        _application = builder.Build();
        _application.MapPost("/classify", ClassifyAsync);
        _application.MapGet("/generate", Generate);
        _application.MapGet("/health", () => TypedResults.Ok(new { status = "healthy", classes = models.Classifier.ClassCount, vocabulary = models.LanguageModel.VocabularySize }));
        _application.MapGet("/metrics", () => TypedResults.Ok(_meter.Figures()));
        _application.MapGet("/", () => TypedResults.Text(Page(), "text/html; charset=utf-8"));
    }

    /// <summary>Where it listens.</summary>
    public string Address => _application.Urls.First();

    public Task StartAsync() => _application.StartAsync();

    public void WaitForShutdown() => _application.WaitForShutdown();

    public void Dispose()
    {
        // First whoever asks, then who answers.
        _application.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_application).Dispose();
        _queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _meter.Dispose();
    }

    private async Task<Results<Ok<ClassifyAnswer>, ProblemHttpResult>> ClassifyAsync(ClassifyRequest request, CancellationToken cancellationToken)
    {
        if (request.Text == null)
            return Problem(StatusCodes.Status400BadRequest, "The request has no text.");
        if (request.Text.Length > MostCharacters)
            return Problem(StatusCodes.Status413PayloadTooLarge, $"The text has {request.Text.Length} characters; there may be {MostCharacters}.");
        try
        {
            var prediction = await _queue.AskAsync(request.Text, cancellationToken);
            var classes = _models.Classifier.ClassNames.Zip(prediction.Score, (label, probability) => new ClassProbability(label, probability)).OrderByDescending(p => p.Probability);
            return TypedResults.Ok(new ClassifyAnswer(prediction.Label, prediction.Probability, [.. classes.Take(ToldClasses)]));
        }
        catch (QueueFullException full)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, full.Message);
        }
    }

    private Results<ServerSentEventsResult<string>, ProblemHttpResult> Generate(string? prompt, int? tokens, float? temperature, CancellationToken cancellationToken)
    {
        var options = new GenerationOptions { MaximumTokens = tokens ?? 200, Temperature = temperature ?? 0.7f };
        if (options.MaximumTokens is < 1 or > MostTokens)
            return Problem(StatusCodes.Status400BadRequest, $"tokens is {tokens}; it must be from 1 to {MostTokens}.");
        if (prompt?.Length > MostCharacters)
            return Problem(StatusCodes.Status413PayloadTooLarge, $"The prompt has {prompt.Length} characters; there may be {MostCharacters}.");
        try
        {
            // Checked before the answer begins, so that what is wrong with it can still be told.
            _ = _models.LanguageModel.Generate("", options);
        }
        catch (ArgumentException wrong)
        {
            return Problem(StatusCodes.Status400BadRequest, wrong.Message);
        }
        return TypedResults.ServerSentEvents(WriteAsync(prompt ?? "", options, cancellationToken));
    }

    /// <summary>Each piece as an event, and in the end one of the type "end".</summary>
    private async IAsyncEnumerable<SseItem<string>> WriteAsync(string prompt, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var piece in _models.LanguageModel.Generate(prompt, options, cancellationToken))
        {
            _meter.Wrote(1);
            yield return new SseItem<string>(piece);
            // Others of this thread have their turn after each.
            await Task.Yield();
        }
        yield return new SseItem<string>("", "end");
    }

    private static ProblemHttpResult Problem(int status, string what) => TypedResults.Problem(statusCode: status, detail: what);

    private static string Page()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("page.html")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
