using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>Fills a chunk's gates of the first layer from products that are kept, and makes those that are not.</summary>
/// <param name="layer">The first layer.</param>
/// <param name="input">What it reads.</param>
/// <param name="products">What is kept.</param>
/// <param name="meter">Counts what a chunk takes.</param>
internal sealed unsafe class KeptInputs(RecurrentLayer layer, IStackInput input, TokenProducts products, MemoryMeter meter) : IDisposable
{
    private readonly NativeBuffer<float> _vectors = new(meter);
    private nint[] _sources = [];
    private int[] _others = [];

    public TokenProducts Products => products;

    /// <summary>The input's part of all gates of some rows, with bias.</summary>
    /// <param name="tokens">The rows' tokens.</param>
    /// <param name="gates">[rows, GateRow].</param>
    public void FillGates(ReadOnlySpan<int> tokens, float* gates)
    {
        var gateRow = layer.Shape.GateRow;
        var count = FindSources(tokens);
        // Made side by side in the last places, and moved from there: rows still to be moved are never before the one that is filled.
        var other = gates + (nint)(tokens.Length - count) * gateRow;
        MultiplyOthers(count, other);
        for (var row = 0; row < tokens.Length; row++, gates += gateRow)
        {
            var kept = (float*)_sources[row];
            var source = kept == null ? other : kept;
            if (source != gates)
                new ReadOnlySpan<float>(source, gateRow).CopyTo(new Span<float>(gates, gateRow));
            if (kept != null)
                continue;
            other += gateRow;
            products.Keep(tokens[row], gates);
        }
    }

    public void Dispose() => _vectors.Dispose();

    /// <summary>Finds what is kept, once for each row: other threads may keep more meanwhile.</summary>
    /// <returns>How many rows there is nothing kept for.</returns>
    private int FindSources(ReadOnlySpan<int> tokens)
    {
        if (_sources.Length < tokens.Length)
        {
            _sources = new nint[tokens.Length];
            _others = new int[tokens.Length];
        }
        var count = 0;
        for (var row = 0; row < tokens.Length; row++)
        {
            _sources[row] = (nint)products.Find(tokens[row]);
            if (_sources[row] == 0)
                _others[count++] = tokens[row];
        }
        return count;
    }

    private void MultiplyOthers(int count, float* gates)
    {
        if (count == 0)
            return;
        _vectors.EnsureLength((long)count * layer.InputStride);
        input.Write(_others.AsSpan(0, count), _vectors.Pointer);
        layer.MultiplyInputs(_vectors.Pointer, gates, count);
    }
}
