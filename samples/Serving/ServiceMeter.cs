using System.Diagnostics.Metrics;

namespace Serving;

/// <summary>What the service counts, for dotnet-counters, OpenTelemetry and whoever else listens to meters; and a summary of it.</summary>
internal sealed class ServiceMeter : IDisposable
{
    public const string Name = "Microsoft.ML.RevRnn.Serving";

    private const int KeptTimes = 4096;

    private readonly Meter _meter = new(Name);
    private readonly UpDownCounter<long> _queue;
    private readonly Histogram<double> _latency;
    private readonly Histogram<int> _batch;
    private readonly Counter<long> _tokens;
    private readonly Lock _lock = new();
    private readonly double[] _times = new double[KeptTimes];
    private long _answered;
    private long _batches;
    private long _batched;
    private long _waiting;
    private long _written;

    public ServiceMeter()
    {
        _queue = _meter.CreateUpDownCounter<long>("revrnn.queue", "{request}", "Requests that wait.");
        _latency = _meter.CreateHistogram<double>("revrnn.classify.duration", "s", "From a request's arrival to its answer.");
        _batch = _meter.CreateHistogram<int>("revrnn.classify.batch", "{request}", "Requests that were answered side by side.");
        _tokens = _meter.CreateCounter<long>("revrnn.generate.tokens", "{token}", "Tokens that the language model wrote.");
    }

    public void Queued(int change)
    {
        _queue.Add(change);
        Interlocked.Add(ref _waiting, change);
    }

    public void Ran(int requests)
    {
        _batch.Record(requests);
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _batched, requests);
    }

    public void Answered(TimeSpan time)
    {
        _latency.Record(time.TotalSeconds);
        lock (_lock)
            _times[_answered++ % KeptTimes] = time.TotalMilliseconds;
    }

    public void Wrote(int tokens)
    {
        _tokens.Add(tokens);
        Interlocked.Add(ref _written, tokens);
    }

    /// <summary>Since the start; percentiles are of the last answers.</summary>
    public ServiceFigures Figures()
    {
        double[] times;
        long answered;
        lock (_lock)
        {
            answered = _answered;
            times = _times[..(int)Math.Min(answered, KeptTimes)];
        }
        Array.Sort(times);
        var batches = Interlocked.Read(ref _batches);
        return new ServiceFigures(
            answered, Interlocked.Read(ref _waiting), batches == 0 ? 0 : (double)Interlocked.Read(ref _batched) / batches,
            Percentile(times, 0.5), Percentile(times, 0.99), Interlocked.Read(ref _written));
    }

    public void Dispose() => _meter.Dispose();

    private static double Percentile(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * share)];
}
