namespace Microsoft.ML.RevRnn.Networks;

/// <content>Where segments start, and how they are run again.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>Keeps the state at a segment's start, and lost bits if it is the last one: the others' would be thrown away.</summary>
    private void StartSegment(in Chunk chunk)
    {
        _segment = chunk.Index / _plan.SegmentChunks;
        var isLast = _segment == _plan.SegmentCount(ChunkCount) - 1;
        foreach (var layer in _layers)
        {
            if (IsSegmented)
                layer.Layer.Save(layer.Checkpoint(_segment), chunk.ActiveRows(0));
            layer.Layer.LostBitStore.KeepsWords = _plan.Reverses && isLast;
        }
    }

    /// <summary>Runs a segment forward again from its checkpoint, now keeping what its backward pass needs.</summary>
    private void Repeat(int segment)
    {
        _segment = segment;
        foreach (var layer in _layers)
        {
            layer.Layer.Restore(layer.Checkpoint(segment));
            layer.Layer.LostBitStore.KeepsWords = _plan.Reverses;
        }
        var end = Math.Min(ChunkCount, (segment + 1) * _plan.SegmentChunks);
        for (var index = segment * _plan.SegmentChunks; index < end; index++)
        {
            var chunk = GetChunk(index);
            foreach (var layer in _layers)
                layer.Layer.VerifyChecksum(chunk);
            Run(chunk);
        }
        if (_plan.Reverses)
            _reversedBits += LostBits;
    }
}
