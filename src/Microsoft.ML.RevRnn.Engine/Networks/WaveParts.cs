using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>A worker's share of a round's tasks: rows of one task after another, to be gone through with foreach.</summary>
internal ref struct WaveParts
{
    private readonly ReadOnlySpan<WaveTask> _tasks;
    private readonly Chunk _chunk;
    private readonly bool _isFlat;
    private readonly int _begin;
    private readonly int _end;
    private int _task = -1;
    private int _before;

    private WaveParts(ReadOnlySpan<WaveTask> tasks, in Chunk chunk, bool isFlat, WorkerTeam team, int worker)
    {
        _tasks = tasks;
        _chunk = chunk;
        _isFlat = isFlat;
        var count = 0;
        foreach (var task in tasks)
            count += Count(task);
        (_begin, _end) = team.Share(count, isFlat ? 4 : LostBitStore.RowsPerBlock, worker);
    }

    public (WaveTask Task, int Begin, int End) Current { get; private set; }

    /// <summary>Shares of rows of the batch, in whole blocks of the lost-bit store.</summary>
    public static WaveParts OfRows(ReadOnlySpan<WaveTask> tasks, in Chunk chunk, WorkerTeam team, int worker) => new(tasks, chunk, isFlat: false, team, worker);

    /// <summary>Shares of flat rows of the chunk.</summary>
    public static WaveParts OfFlatRows(ReadOnlySpan<WaveTask> tasks, in Chunk chunk, WorkerTeam team, int worker) => new(tasks, chunk, isFlat: true, team, worker);

    public readonly WaveParts GetEnumerator() => this;

    public bool MoveNext()
    {
        while (++_task < _tasks.Length)
        {
            var task = _tasks[_task];
            var count = Count(task);
            var first = _isFlat ? _chunk.FlatRow(task.FirstStep) : 0;
            var (begin, end) = (first + Math.Max(_begin - _before, 0), first + Math.Min(_end - _before, _isFlat ? count : _chunk.ActiveRows(task.FirstStep)));
            _before += count;
            if (begin >= end)
                continue;
            Current = (task, begin, end);
            return true;
        }
        return false;
    }

    /// <summary>A task's rows; where they go by blocks, the last one is counted as full, so that the next task begins with one.</summary>
    private readonly int Count(WaveTask task) => _isFlat
        ? (int)(_chunk.Batch.FlatOffset(_chunk.First + task.EndStep) - _chunk.Batch.FlatOffset(_chunk.First + task.FirstStep))
        : (_chunk.ActiveRows(task.FirstStep) + LostBitStore.RowsPerBlock - 1) / LostBitStore.RowsPerBlock * LostBitStore.RowsPerBlock;
}
