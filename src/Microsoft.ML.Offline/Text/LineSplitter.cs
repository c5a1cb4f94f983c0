using System.Text;

namespace Microsoft.ML.Offline;

/// <summary>Splits a line into fields.</summary>
internal sealed class LineSplitter(char[] separators, bool allowQuoting)
{
    private readonly bool _spaceSeparates = separators.Contains(' ');
    private readonly StringBuilder _quoted = new();

    /// <summary>
    /// Splits. Spaces before a field are left out, unless the space separates. In quotes a separator is part of the field and a doubled quote is
    /// one quote; a field whose quotes do not close, or go on after they have closed, is empty and counts as an error.
    /// </summary>
    /// <returns>The number of errors.</returns>
    public int Split(ReadOnlyMemory<char> line, List<ReadOnlyMemory<char>> fields)
    {
        int errors = 0;
        fields.Clear();
        for (bool more = true; more;)
        {
            if (!_spaceSeparates)
                line = line.TrimStart(' ');
            ReadOnlyMemory<char> field;
            bool good = true;
            if (allowQuoting && line.Length > 0 && line.Span[0] == '"')
            {
                field = TakeQuoted(ref line, out good, out more);
            }
            else
            {
                int end = line.Span.IndexOfAny(separators);
                more = end >= 0;
                field = more ? line[..end] : line;
                line = more ? line[(end + 1)..] : default;
            }

            errors += good ? 0 : 1;
            fields.Add(good ? field : default);
        }

        return errors;
    }

    private ReadOnlyMemory<char> TakeQuoted(ref ReadOnlyMemory<char> line, out bool good, out bool more)
    {
        _quoted.Clear();
        var span = line.Span;
        int at = 1;
        good = false;
        while (true)
        {
            int quote = span[at..].IndexOf('"');
            if (quote < 0)
            {
                at = span.Length;
                break;
            }

            _quoted.Append(span.Slice(at, quote));
            at += quote + 1;
            if (at >= span.Length || span[at] != '"')
            {
                good = true;
                break;
            }

            _quoted.Append('"');
            at++;
        }

        // Only spaces may come before the next separator.
        int end = span[at..].IndexOfAny(separators);
        more = end >= 0;
        good &= (more ? span.Slice(at, end) : span[at..]).IndexOfAnyExcept(' ') < 0;
        line = more ? line[(at + end + 1)..] : default;
        return _quoted.ToString().AsMemory();
    }
}
