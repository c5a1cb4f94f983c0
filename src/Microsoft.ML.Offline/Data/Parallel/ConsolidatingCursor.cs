using System.Collections.Concurrent;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>
/// The rows of a set of cursors in the order of their batches. Each cursor is read on a thread of its own, which runs some blocks ahead; the
/// block with the lowest batch among the heads of all is the next.
/// </summary>
internal sealed class ConsolidatingCursor : RowBlockCursor
{
    private const int BlocksAhead = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<RowBlock>[] _queues;
    private readonly RowBlock?[] _heads;
    private readonly bool[] _ended;
    private readonly Task[] _readers;
    private Exception? _failure;

    public ConsolidatingCursor(DataViewRowCursor[] inputs)
        : this(inputs, [])
    {
    }

    private ConsolidatingCursor(DataViewRowCursor[] inputs, ConcurrentBag<RowBlock> free)
        : base(inputs[0], free)
    {
        _queues = Array.ConvertAll(inputs, _ => new BlockingCollection<RowBlock>(BlocksAhead));
        _heads = new RowBlock?[inputs.Length];
        _ended = new bool[inputs.Length];
        _readers = inputs.Select((input, i) => Task.Factory.StartNew(
            () => Run(input, free, _queues[i]), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
    }

    public override long Batch => 0;

    private void Run(DataViewRowCursor input, ConcurrentBag<RowBlock> free, BlockingCollection<RowBlock> queue)
    {
        try
        {
            using (input)
            {
                var reader = new RowBlockReader(input, free);
                while (!_stop.IsCancellationRequested && reader.Read() is { } block)
                    queue.Add(block, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The cursor is done with before its end.
        }
        catch (Exception ex)
        {
            Interlocked.CompareExchange(ref _failure, ex, null);
        }
        finally
        {
            queue.CompleteAdding();
        }
    }

    protected override RowBlock? GetNextBlock()
    {
        int next = -1;
        for (int i = 0; i < _queues.Length; i++)
        {
            if (_heads[i] == null && !_ended[i])
                _ended[i] = !_queues[i].TryTake(out _heads[i], Timeout.Infinite);
            if (_failure != null)
                throw Contracts.Except(_failure, $"A thread that reads rows failed: {_failure.Message}");
            if (_heads[i] != null && (next < 0 || _heads[i]!.Batch < _heads[next]!.Batch))
                next = i;
        }

        if (next < 0)
            return null;
        var block = _heads[next];
        _heads[next] = null;
        return block;
    }

    protected override void Close()
    {
        _stop.Cancel();
        Task.WaitAll(_readers);
        foreach (var queue in _queues)
            queue.Dispose();
        _stop.Dispose();
    }
}
