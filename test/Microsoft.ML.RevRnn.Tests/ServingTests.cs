using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML.RevRnn.Tests.Support;
using Serving;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The serving sample, over HTTP.</summary>
[TestClass]
public sealed class ServingTests
{
    private static readonly Lazy<ServedModels> _models = new(() => new ServedModels(
        (RevRnnClassificationTransformer)Trained.Classifier, Trained.Context.Transforms.Text.RevLanguageModel(Small.LanguageModel()).Fit(Trained.Data())));

    [TestMethod]
    public async Task ManyCallersGetTheAnswersThatEachGetsAlone()
    {
        using var service = await StartAsync();
        using var client = Client(service);
        string[] texts = [.. TestData.Rows(60, seed: 7).Select(row => row.Text!)];
        var expected = texts.Select(text => _models.Value.Classifier.Predict([text])[0]).ToArray();
        var got = new ConcurrentDictionary<int, ClassifyAnswer>();
        await Parallel.ForAsync(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, token) =>
        {
            using var response = await client.PostAsJsonAsync("/classify", new ClassifyRequest(texts[i]), token);
            got[i] = (await response.Content.ReadFromJsonAsync<ClassifyAnswer>(token))!;
        });
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.AreEqual(expected[i].Label, got[i].Label);
            Assert.AreEqual(expected[i].Probability, got[i].Probability);
            Assert.AreEqual(expected[i].Score.Max(), got[i].Classes[0].Probability);
        }
        using var metrics = JsonDocument.Parse(await client.GetStringAsync("/metrics"));
        Assert.AreEqual(texts.Length, metrics.RootElement.GetProperty("answered").GetInt64());
        Assert.AreEqual(0, metrics.RootElement.GetProperty("waiting").GetInt64());
    }

    [TestMethod]
    public async Task ATextIsWrittenPieceByPiece()
    {
        using var service = await StartAsync();
        using var client = Client(service);
        var written = await client.GetStringAsync("/generate?prompt=the&tokens=12&temperature=1");
        var pieces = written.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)).ToArray();
        Assert.IsGreaterThan(1, pieces.Length);
        StringAssert.Contains(written, "event: end");
        var text = _models.Value.LanguageModel.Generate("the", new GenerationOptions { MaximumTokens = 12, Temperature = 1 });
        Assert.AreEqual(string.Concat(text), string.Concat(pieces[..^1].Select(piece => piece[6..])));
    }

    [TestMethod]
    [DataRow("/generate?tokens=0", HttpStatusCode.BadRequest)]
    [DataRow("/generate?tokens=100000", HttpStatusCode.BadRequest)]
    [DataRow("/generate?temperature=-1", HttpStatusCode.BadRequest)]
    [DataRow("/generate?tokens=some", HttpStatusCode.BadRequest)]
    [DataRow("/nothing", HttpStatusCode.NotFound)]
    [DataRow("/health", HttpStatusCode.OK)]
    [DataRow("/", HttpStatusCode.OK)]
    public async Task AQuestionHasAStatus(string path, HttpStatusCode status)
    {
        using var service = await StartAsync();
        using var client = Client(service);
        using var response = await client.GetAsync(path);
        Assert.AreEqual(status, response.StatusCode);
    }

    [TestMethod]
    [DataRow("{}", HttpStatusCode.BadRequest)]
    [DataRow("no json", HttpStatusCode.BadRequest)]
    [DataRow("{\"text\": \"\"}", HttpStatusCode.OK)]
    [DataRow("{\"text\": \"\\ud83d\"}", HttpStatusCode.BadRequest)]
    public async Task WhatIsToBeClassifiedIsChecked(string body, HttpStatusCode status)
    {
        using var service = await StartAsync();
        using var client = Client(service);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/classify", content);
        Assert.AreEqual(status, response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task ATextThatIsTooLongIsRefused()
    {
        using var service = await StartAsync();
        using var client = Client(service);
        using var response = await client.PostAsJsonAsync("/classify", new ClassifyRequest(new string('a', 100_001)));
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [TestMethod]
    public async Task RequestsThatComeWhileOthersAreAnsweredAreAnsweredTogether()
    {
        using var meter = new ServiceMeter();
        using var isFree = new SemaphoreSlim(0);
        var batches = new ConcurrentQueue<int>();
        await using var queue = new BatchQueue<int, int>(
            requests =>
            {
                isFree.Wait();
                batches.Enqueue(requests.Count);
                return [.. requests.Select(request => request + 1)];
            },
            meter, mostInBatch: 4, mostWaiting: 10, workers: 1);
        var first = queue.AskAsync(0, default);
        while (meter.Figures().Waiting > 0)
            await Task.Delay(1);
        Task<int>[] others = [.. Enumerable.Range(1, 10).Select(i => queue.AskAsync(i, default))];
        // The eleventh finds no room.
        await Assert.ThrowsExactlyAsync<QueueFullException>(() => queue.AskAsync(11, default));
        isFree.Release(10);
        Assert.AreEqual(1, await first);
        CollectionAssert.AreEqual(Enumerable.Range(2, 10).ToArray(), await Task.WhenAll(others));
        CollectionAssert.AreEqual(new[] { 1, 4, 4, 2 }, batches.ToArray());
    }

    [TestMethod]
    public async Task ARequestThatFailsHarmsNoOther()
    {
        using var meter = new ServiceMeter();
        await using var queue = new BatchQueue<int, int>(
            requests => [.. requests.Select(request => 60 / request)], meter, mostInBatch: 8, mostWaiting: 100, workers: 1);
        Task<int>[] answers = [.. Enumerable.Range(0, 30).Select(i => queue.AskAsync(i % 3, default))];
        for (var i = 0; i < answers.Length; i++)
        {
            if (i % 3 == 0)
                await Assert.ThrowsExactlyAsync<DivideByZeroException>(() => answers[i]);
            else
                Assert.AreEqual(60 / (i % 3), await answers[i]);
        }
    }

    [TestMethod]
    public async Task WhoHasGoneIsNotAnswered()
    {
        using var meter = new ServiceMeter();
        using var isFree = new SemaphoreSlim(0);
        using var cancellation = new CancellationTokenSource();
        var answered = new ConcurrentQueue<int>();
        await using var queue = new BatchQueue<int, int>(
            requests =>
            {
                isFree.Wait();
                foreach (var request in requests)
                    answered.Enqueue(request);
                return requests;
            },
            meter, mostInBatch: 4, mostWaiting: 10, workers: 1);
        var first = queue.AskAsync(0, default);
        while (meter.Figures().Waiting > 0)
            await Task.Delay(1);
        var second = queue.AskAsync(1, cancellation.Token);
        var third = queue.AskAsync(2, default);
        await cancellation.CancelAsync();
        isFree.Release(2);
        await Assert.ThrowsExactlyAsync<TaskCanceledException>(() => second);
        Assert.AreEqual(2, await third);
        await first;
        CollectionAssert.AreEqual(new[] { 0, 2 }, answered.ToArray());
    }

    [TestMethod]
    public void TextsArePredictedAsRowsAre()
    {
        var view = Trained.Classifier.Transform(Trained.Probes());
        var scores = Bits.Lines(view, "Score");
        var texts = TestData.Probes.Select(row => row.Text ?? "").ToArray();
        var classifier = (RevRnnClassificationTransformer)Trained.Classifier;
        var predictions = classifier.Predict(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.AreEqual(scores[i], Bits.Line([.. predictions[i].Score]));
            Assert.AreEqual(predictions[i].Score.Max(), predictions[i].Probability);
            Assert.AreEqual(classifier.ClassNames[predictions[i].Score.ToList().IndexOf(predictions[i].Probability)], predictions[i].Label);
        }
        Assert.ThrowsExactly<ArgumentNullException>(() => classifier.Predict([null!]));
    }

    private static async Task<Service> StartAsync()
    {
        var service = new Service(_models.Value, "http://127.0.0.1:0", mostWaiting: 1000);
        await service.StartAsync();
        return service;
    }

    private static HttpClient Client(Service service) => new() { BaseAddress = new Uri(service.Address) };
}
