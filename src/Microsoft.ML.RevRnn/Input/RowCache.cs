namespace Microsoft.ML.RevRnn.Input;

/// <summary>What was read of data, and cut into tokens, for several trainings on the same data. Safe for use from many threads.</summary>
internal sealed class RowCache
{
    private readonly Dictionary<object, object> _rows;
    private readonly Lock _lock;

    public RowCache()
    {
        _rows = [];
        _lock = new Lock();
    }

    private RowCache(RowCache other, (float, float) shares)
    {
        _rows = other._rows;
        _lock = other._lock;
        SharesOfAll = shares;
    }

    /// <summary>How much network and n-grams count where all rows are to be trained on, those of the validation set too; null where that is held back.</summary>
    public (float Network, float NGrams)? SharesOfAll { get; }

    /// <summary>The same rows, all to be trained on.</summary>
    public RowCache OfAll(float networkShare, float nGramShare) => new(this, (networkShare, nGramShare));

    /// <summary>What was read before, or else is read now; where that fails, nothing is kept.</summary>
    /// <param name="key">What the result depends on beyond the data, the row key of options.</param>
    /// <param name="read">Reads it.</param>
    public T Get<T>(object key, Func<T> read)
        where T : class
    {
        // Whoever comes second waits: reading twice would take both longer.
        lock (_lock)
        {
            if (_rows.TryGetValue(key, out var known))
                return (T)known;
            var rows = read();
            _rows.Add(key, rows);
            return rows;
        }
    }
}
