using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.RevRnn.Binding;

/// <summary>The values of neighbouring rows of a <see cref="RowWindow"/>, made side by side when the first of them is asked for.</summary>
/// <param name="window">The rows.</param>
/// <param name="read">Reads what a row's value is made of, to keep.</param>
/// <param name="compute">Makes those of many rows.</param>
/// <param name="sizeOf">How many numbers a row's value has that count.</param>
internal sealed class RowGroup<TInput, TResult>(RowWindow window, Func<TInput> read, Func<TInput[], TResult[]> compute, Func<TInput, long> sizeOf)
{
    /// <summary>4 MB of Single.</summary>
    private const long MostNumbers = 1 << 20;

    private TInput[] _inputs = [];
    private TResult[]? _results;
    private long _number = -1;
    private int _first;
    private int _end;

    /// <summary>The value of the row that the window is at; false where it has to be made of the row by itself.</summary>
    public bool TryGet([MaybeNullWhen(false)] out TResult result)
    {
        if (_number != window.Number)
        {
            (_number, _first, _end) = (window.Number, 0, 0);
            _inputs = window.Count == 1 ? [] : Try(() => window.ReadAll(read)) ?? [];
        }
        result = default;
        if (_inputs.Length == 0)
            return false;
        if (window.Index < _first || window.Index >= _end)
            Compute();
        if (_results == null)
            return false;
        result = _results[window.Index - _first]!;
        return true;
    }

    private void Compute()
    {
        (_first, _end, _results) = (window.Index, window.Index, null);
        for (var numbers = 0L; _end < _inputs.Length && (_end == _first || numbers + sizeOf(_inputs[_end]) <= MostNumbers); _end++)
            numbers += sizeOf(_inputs[_end]);
        _results = Try(() => compute(_inputs[_first.._end]));
    }

    /// <summary>Null where it failed: one of the rows ahead may be to blame, and is told of when it is asked for.</summary>
    private static T? Try<T>(Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return null;
        }
    }
}
