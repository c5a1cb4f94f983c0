namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Counts the bytes that the buffers reporting to it hold, now and at the most.</summary>
/// <param name="whole">The account of which this one is a part; null for none.</param>
internal sealed class MemoryMeter(MemoryMeter? whole = null)
{
    private readonly List<IReleasable> _buffers = [];
    private long _current;
    private long _peak;

    public long CurrentBytes => Interlocked.Read(ref _current);

    public long PeakBytes => Interlocked.Read(ref _peak);

    /// <summary>Makes a buffer one of those that <see cref="ReleaseAll"/> empties.</summary>
    public void Register(IReleasable buffer)
    {
        lock (_buffers)
            _buffers.Add(buffer);
    }

    public void Unregister(IReleasable buffer)
    {
        lock (_buffers)
            _buffers.Remove(buffer);
    }

    /// <summary>Frees what all registered buffers hold. They can be used again, and grow again.</summary>
    public void ReleaseAll()
    {
        lock (_buffers)
        {
            foreach (var buffer in _buffers)
                buffer.Release();
        }
    }

    public void Add(long bytes)
    {
        whole?.Add(bytes);
        var now = Interlocked.Add(ref _current, bytes);
        var peak = Interlocked.Read(ref _peak);
        while (now > peak)
        {
            var seen = Interlocked.CompareExchange(ref _peak, now, peak);
            if (seen == peak)
                return;
            peak = seen;
        }
    }
}
