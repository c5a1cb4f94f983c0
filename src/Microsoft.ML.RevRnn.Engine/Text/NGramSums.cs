namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Adds up what there is of each n-gram: values are put down as they come, sorted by hash, and added up in the order in which they came. A stable sort by digits takes a time that no choice of
/// hashes makes longer, and its room stays for the next text.
/// </summary>
internal sealed class NGramSums
{
    private const int DigitBits = 8;
    private const int Digits = 1 << DigitBits;
    private const int HashBits = 32;
    private const int Passes = HashBits / DigitBits;

    private readonly int[] _starts = new int[Passes * Digits];

    /// <summary>A hash above the bits of its value.</summary>
    private ulong[] _entries = new ulong[1024];

    private ulong[] _sorted = new ulong[1024];
    private int _count;

    public void Clear() => _count = 0;

    public void Add(uint hash, float value)
    {
        if (_count == _entries.Length)
            MakeRoom();
        _entries[_count++] = (ulong)hash << HashBits | BitConverter.SingleToUInt32Bits(value);
    }

    /// <summary>The n-grams so far by hash ascending, each once: the hash above the bits of its value.</summary>
    public ReadOnlySpan<ulong> Sum()
    {
        Sort();
        Merge();
        return _entries.AsSpan(0, _count);
    }

    /// <summary>Sums so far go on from their values, so that when they are made changes no bit.</summary>
    private void MakeRoom()
    {
        Sum();
        if (_count <= _entries.Length / 2)
            return;
        Array.Resize(ref _entries, checked(2 * _entries.Length));
        _sorted = new ulong[_entries.Length];
    }

    private void Sort()
    {
        CountDigits();
        for (var pass = 0; pass < Passes; pass++)
        {
            var starts = _starts.AsSpan(pass * Digits, Digits);
            var shift = HashBits + pass * DigitBits;
            foreach (var entry in _entries.AsSpan(0, _count))
                _sorted[starts[(byte)(entry >> shift)]++] = entry;
            (_entries, _sorted) = (_sorted, _entries);
        }
    }

    /// <summary>Where the entries of each digit begin, for every pass.</summary>
    private void CountDigits()
    {
        Array.Clear(_starts);
        foreach (var entry in _entries.AsSpan(0, _count))
        {
            for (var pass = 0; pass < Passes; pass++)
                _starts[pass * Digits + (byte)(entry >> (HashBits + pass * DigitBits))]++;
        }
        for (var pass = 0; pass < Passes; pass++)
        {
            var start = 0;
            foreach (ref var digit in _starts.AsSpan(pass * Digits, Digits))
                (digit, start) = (start, start + digit);
        }
    }

    private void Merge()
    {
        var last = -1;
        foreach (var entry in _entries.AsSpan(0, _count))
        {
            if (last >= 0 && entry >> HashBits == _entries[last] >> HashBits)
                _entries[last] = entry & ~(ulong)uint.MaxValue | BitConverter.SingleToUInt32Bits(Value(_entries[last]) + Value(entry));
            else
                _entries[++last] = entry;
        }
        _count = last + 1;
    }

    private static float Value(ulong entry) => BitConverter.UInt32BitsToSingle((uint)entry);
}
