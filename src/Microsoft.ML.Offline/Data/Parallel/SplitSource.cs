using System.Collections.Concurrent;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>Deals the rows of one cursor out to several, a block at a time to the one that asks. The blocks are numbered in their order.</summary>
internal sealed class SplitSource
{
    private readonly Lock _lock = new();
    private readonly DataViewRowCursor _input;
    private readonly ConcurrentBag<RowBlock> _free = [];
    private readonly RowBlockReader _reader;
    private readonly int _count;
    private int _open;
    private long _batch;
    private bool _failed;

    public SplitSource(DataViewRowCursor input, int count)
    {
        _input = input;
        _count = _open = count;
        _reader = new RowBlockReader(input, _free);
    }

    /// <summary>The cursors; when all are done with, so is the input.</summary>
    public DataViewRowCursor[] MakeCursors() => Enumerable.Range(0, _count).Select(_ => (DataViewRowCursor)new Cursor(this)).ToArray();

    private RowBlock? Read()
    {
        lock (_lock)
        {
            if (_failed)
                return null;
            try
            {
                var block = _reader.Read();
                if (block != null)
                    block.Batch = _batch++;
                return block;
            }
            catch (Exception ex)
            {
                _failed = true;
                throw Contracts.Except(ex, $"The rows that threads share could not be read: {ex.Message}");
            }
        }
    }

    private void Close()
    {
        if (Interlocked.Decrement(ref _open) == 0)
            _input.Dispose();
    }

    private sealed class Cursor(SplitSource source) : RowBlockCursor(source._input, source._free)
    {
        public override long Batch => Block.Batch;

        protected override RowBlock? GetNextBlock() => source.Read();

        protected override void Close() => source.Close();
    }
}
