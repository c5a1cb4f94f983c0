namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The steps of a batch in chunks, and the rows of each: longest first, so fewer at each step.</summary>
internal sealed class SweepSteps
{
    private readonly int[] _flat;

    /// <param name="active">Rows at each step.</param>
    /// <param name="chunk">Steps of a chunk.</param>
    public SweepSteps(int[] active, int chunk)
    {
        Active = active;
        Chunk = chunk;
        _flat = new int[active.Length + 1];
        for (var step = 0; step < active.Length; step++)
            _flat[step + 1] = _flat[step] + active[step];
        for (var first = 0; first < Count; first += chunk)
            MostRows = Math.Max(MostRows, RowsFrom(first));
    }

    public int[] Active { get; }

    public int Chunk { get; }

    /// <summary>T.</summary>
    public int Count => Active.Length;

    /// <summary>The first step of the last chunk.</summary>
    public int LastChunk => (Count - 1) / Chunk * Chunk;

    /// <summary>Flat rows of the largest chunk.</summary>
    public int MostRows { get; }

    /// <summary>Rows of all steps before one.</summary>
    public int FlatRow(int step) => _flat[step];

    /// <summary>Steps of the chunk that begins with step <paramref name="first"/>.</summary>
    public int StepsFrom(int first) => Math.Min(Chunk, Count - first);

    /// <summary>Flat rows of the chunk that begins with step <paramref name="first"/>.</summary>
    public int RowsFrom(int first) => _flat[first + StepsFrom(first)] - _flat[first];

    /// <summary>Of each step its first flat row within its chunk.</summary>
    public int[] ChunkRows()
    {
        var rows = new int[Count];
        for (var step = 0; step < Count; step++)
            rows[step] = _flat[step] - _flat[step / Chunk * Chunk];
        return rows;
    }
}
