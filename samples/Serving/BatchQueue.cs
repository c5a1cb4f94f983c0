using System.Diagnostics;
using System.Threading.Channels;

namespace Serving;

/// <summary>
/// Answers requests that come at about the same time side by side: whoever is free takes all that wait, up to a number. Nobody is kept waiting for others to come, so a request by itself is
/// answered as fast as without.
/// </summary>
internal sealed class BatchQueue<TRequest, TAnswer> : IAsyncDisposable
{
    private readonly Channel<Waiting> _waiting;
    private readonly Func<IReadOnlyList<TRequest>, IReadOnlyList<TAnswer>> _answer;
    private readonly ServiceMeter _meter;
    private readonly int _mostInBatch;
    private readonly Task[] _workers;

    /// <param name="answer">Answers requests side by side; called from several threads.</param>
    /// <param name="meter">Is told of queue, batches and time.</param>
    /// <param name="mostInBatch">Requests that are answered together at the most.</param>
    /// <param name="mostWaiting">Requests that may wait.</param>
    /// <param name="workers">Threads that answer.</param>
    public BatchQueue(Func<IReadOnlyList<TRequest>, IReadOnlyList<TAnswer>> answer, ServiceMeter meter, int mostInBatch, int mostWaiting, int workers)
    {
        _answer = answer;
        _meter = meter;
        _mostInBatch = mostInBatch;
        _waiting = Channel.CreateBounded<Waiting>(mostWaiting);
        _workers = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>The answer to a request.</summary>
    /// <exception cref="QueueFullException">Too many wait.</exception>
    /// <exception cref="OperationCanceledException">The caller does not want it any more.</exception>
    public async Task<TAnswer> AskAsync(TRequest request, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(request, cancellationToken);
        if (!_waiting.Writer.TryWrite(waiting))
            throw new QueueFullException();
        _meter.Queued(1);
        var start = Stopwatch.GetTimestamp();
        var answer = await waiting.Answer.Task.WaitAsync(cancellationToken);
        _meter.Answered(Stopwatch.GetElapsedTime(start));
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_workers);
    }

    private async Task WorkAsync()
    {
        var batch = new List<Waiting>(_mostInBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _mostInBatch && _waiting.Reader.TryRead(out var waiting))
            {
                _meter.Queued(-1);
                if (!waiting.CancellationToken.IsCancellationRequested)
                    batch.Add(waiting);
            }
            if (batch.Count > 0)
                Answer(batch);
        }
    }

    private void Answer(List<Waiting> batch)
    {
        try
        {
            var answers = _answer([.. batch.Select(waiting => waiting.Request)]);
            _meter.Ran(batch.Count);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.TrySetResult(answers[i]);
        }
        catch (Exception failure)
        {
            // One request must not take the others with it, nor the thread.
            if (batch.Count == 1)
                batch[0].Answer.TrySetException(failure);
            else
                batch.ForEach(waiting => Answer([waiting]));
        }
    }

    private sealed record Waiting(TRequest Request, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
