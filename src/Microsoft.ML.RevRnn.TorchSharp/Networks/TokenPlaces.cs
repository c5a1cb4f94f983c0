namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Where the tokens of a run of rows stand: of each distinct token, in order of appearance, its rows in their order.</summary>
internal sealed class TokenPlaces : IDisposable
{
    private readonly TorchBuffer _numbers;
    private readonly int _entries;
    private readonly int _rows;

    /// <param name="device">Where they are needed.</param>
    /// <param name="tokens">The token of each row.</param>
    /// <param name="slotOf">The row of the target that is a token's.</param>
    public TokenPlaces(TorchDevice device, ReadOnlySpan<int> tokens, Func<int, int> slotOf)
    {
        var entryOf = new Dictionary<int, int>();
        var entries = new int[tokens.Length];
        var counts = new List<int>();
        for (var row = 0; row < tokens.Length; row++)
        {
            if (!entryOf.TryGetValue(tokens[row], out var entry))
            {
                entryOf.Add(tokens[row], entry = counts.Count);
                counts.Add(0);
            }
            entries[row] = entry;
            counts[entry]++;
        }
        _entries = counts.Count;
        _rows = tokens.Length;
        // Slots, then where each entry's rows begin, then the rows.
        var numbers = new int[2 * _entries + 1 + _rows];
        foreach (var (token, entry) in entryOf)
            numbers[entry] = slotOf(token);
        var starts = numbers.AsSpan(_entries, _entries + 1);
        for (var entry = 0; entry < _entries; entry++)
            starts[entry + 1] = starts[entry] + counts[entry];
        var next = starts.ToArray();
        for (var row = 0; row < _rows; row++)
            numbers[2 * _entries + 1 + next[entries[row]]++] = row;
        _numbers = device.Integers(numbers);
    }

    /// <summary>Adds rows to those of their tokens.</summary>
    /// <param name="kernels">The device.</param>
    /// <param name="source">[rows, stride].</param>
    /// <param name="target">[slots, stride].</param>
    /// <param name="stride">Length of a row.</param>
    public void Add(IRecurrentKernels kernels, nint source, nint target, int stride) => kernels.AddTokens(new TokenSums
    {
        Source = source,
        Target = target,
        Slots = _numbers.Address,
        Starts = _numbers.Address + _entries * sizeof(int),
        Rows = _numbers.Address + (2 * _entries + 1) * sizeof(int),
        Entries = _entries,
        Stride = stride,
    });

    public void Dispose() => _numbers.Dispose();
}
