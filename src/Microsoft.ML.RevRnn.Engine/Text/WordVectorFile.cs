using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>
/// Reads a file of word vectors line by line: in UTF-8, fields with spaces or tabs between, the last D of a line being the word's numbers. What stands before them is the word,
/// which may have spaces in it, as some of GloVe's have. fastText's first line says how many words there are and D; else D is told by the first word's numbers. Bytes that are
/// no UTF-8 stand for U+FFFD.
/// </summary>
internal sealed class WordVectorFile : IDisposable
{
    /// <summary>Most numbers of a word.</summary>
    public const int MaximumDimension = 4096;

    private const int BufferSize = 1 << 20;
    private const byte Space = (byte)' ';
    private const byte Tab = (byte)'\t';
    private const int FastTextMagic = 793712314;

    private static readonly SearchValues<byte> _separators = SearchValues.Create(Space, Tab);

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly char[] _word = new char[4 * WordMatcher.LongestWord];
    private readonly long? _promised;
    private (int Begin, int End) _rest;
    private (int Begin, int End) _line;
    private int _wordBytes;
    private int _wordLength;
    private long _lineNumber;
    private long _words;
    private bool _isPending;

    /// <summary>Opens a file and reads what it is.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It is no text of word vectors; the message says what it is, as far as that can be told.</exception>
    public WordVectorFile(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file of word vectors '{path}'{(Directory.Exists(path) ? ": that is a folder" : "")}.", path);
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        try
        {
            RequireText();
            if (!ReadLine())
                throw new FormatException($"The file of word vectors '{path}' is empty.");
            (_promised, Dimension) = ReadHeader();
            _isPending = _promised == null;
            if (_promised == 0)
                throw Wrong("it says that there are no words");
            if (Dimension is < 1 or > MaximumDimension)
                throw Wrong(_promised == null && Dimension == 0 ? "it has no numbers behind a word" : $"vectors have {Dimension} numbers; 1 to {MaximumDimension} are possible");
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>D: numbers of a word.</summary>
    public int Dimension { get; }

    /// <summary>The part of the file that has been read, 0 to 1.</summary>
    public double Fraction => _stream.Length == 0 ? 1 : (double)_stream.Position / _stream.Length;

    /// <summary>The word found last; empty where it is too long for a token.</summary>
    public ReadOnlySpan<char> Word => _word.AsSpan(0, _wordLength);

    private string Expected => $"{Dimension} are expected, as the first line {(_promised == null ? "has" : "says")}";

    private ReadOnlySpan<byte> Line => _buffer.AsSpan(_line.Begin, _line.End - _line.Begin);

    /// <summary>Advances to the next word; false at the end of the file.</summary>
    /// <exception cref="FormatException">The line has not the right number of fields, or the file ends early; the message names file and line.</exception>
    public bool MoveNext()
    {
        if (!_isPending && !ReadLine())
        {
            return _promised is { } promised && promised != _words
                ? throw new FormatException(
                    $"The file of word vectors '{_path}' has {_words} words, and its first line says {promised}: it is not complete, or, if it was cut on purpose, that line is to be corrected.")
                : false;
        }
        _isPending = false;
        _words++;
        _wordBytes = FindNumbers();
        var word = Line[.._wordBytes];
        _wordLength = 0;
        // A word of so many bytes has room in the characters.
        if (word.Length <= _word.Length)
            Utf8.ToUtf16(word, _word, out _, out _wordLength);
        return true;
    }

    /// <summary>The numbers of the word found last.</summary>
    /// <exception cref="FormatException">A field is no number, or not a finite one; the message names file, line and field.</exception>
    public float[] ReadVector()
    {
        var vector = new float[Dimension];
        var rest = Line[_wordBytes..];
        for (var i = 0; i < vector.Length; i++)
        {
            var field = TakeField(ref rest);
            if (!float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out vector[i]))
                throw Wrong($"number {i + 1} of '{Word}' is '{Text(field)}', which is no number");
            if (!float.IsFinite(vector[i]))
                throw Wrong($"number {i + 1} of '{Word}' is {Text(field)}, which is not finite");
        }
        return vector;
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Where the word ends and its numbers begin.</summary>
    private int FindNumbers()
    {
        var line = Line;
        var spaces = line.Count(Space) + line.Count(Tab);
        // Nearly all lines: no space in the word, and one before each number.
        if (spaces == Dimension && line.IndexOfAny(_separators) is > 0 and var end)
            return end;
        var rest = line;
        for (var i = 0; i < Dimension; i++)
        {
            var before = rest.LastIndexOfAny(_separators);
            if (before < 0)
                throw Wrong($"it has {i} numbers behind a word; {Expected}");
            rest = rest[..before].TrimEnd(" \t"u8);
            // A line may begin with a separator: of a word that is white space itself.
            if (rest.IsEmpty && i < Dimension - 1)
                throw Wrong($"it has {i + 1} numbers and no word; {Expected}");
        }
        var last = rest[(rest.LastIndexOfAny(_separators) + 1)..];
        // Words that have spaces do not end in a number; a number too many is a mistake.
        if (last.Length < rest.Length && IsNumber(last))
            throw Wrong($"it has too many numbers; {Expected}");
        return rest.Length;
    }

    /// <summary>What fastText's first line says; of another line how many numbers stand behind the first field.</summary>
    private (long? Words, int Dimension) ReadHeader()
    {
        var rest = Line;
        var first = TakeField(ref rest);
        var second = TakeField(ref rest);
        if (rest.IsEmpty && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var words)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var dimension))
        {
            return (words, dimension);
        }
        var numbers = 0;
        for (rest = Line; ; numbers++)
        {
            var before = rest.LastIndexOfAny(_separators);
            if (before < 0 || !IsNumber(rest[(before + 1)..]))
                return (null, numbers);
            rest = rest[..before].TrimEnd(" \t"u8);
        }
    }

    /// <summary>Looks at the beginning for what is often taken for the text.</summary>
    private void RequireText()
    {
        Fill();
        var start = _buffer.AsSpan(0, _rest.End);
        var kind = start switch
        {
            [0x1F, 0x8B, ..] or [(byte)'P', (byte)'K', 3, 4, ..] => "is compressed. Unpack it first",
            [_, _, _, _, ..] when BinaryPrimitives.ReadInt32LittleEndian(start) == FastTextMagic
                => "is a fastText model (.bin). Use the text of its vectors (.vec), which is offered beside it",
            _ when start[..Math.Min(start.Length, 1 << 16)].Contains((byte)0)
                => "is binary. Word vectors are read from text in UTF-8, a word and its numbers a line, such as fastText's .vec and GloVe's .txt",
            _ => null,
        };
        if (kind != null)
            throw new FormatException($"The file of word vectors '{_path}' {kind}.");
        if (start.StartsWith("\uFEFF"u8))
            _rest.Begin = 3;
    }

    /// <summary>Takes the next line that is not blank, without the white space behind it; false at the end of the file.</summary>
    private bool ReadLine()
    {
        do
        {
            int length;
            while ((length = _buffer.AsSpan(_rest.Begin, _rest.End - _rest.Begin).IndexOf((byte)'\n')) < 0 && Fill())
            {
            }
            if (length < 0 && _rest.Begin == _rest.End)
                return false;
            _lineNumber++;
            var end = length < 0 ? _rest.End : _rest.Begin + length;
            _line = (_rest.Begin, _rest.Begin + _buffer.AsSpan(_rest.Begin, end - _rest.Begin).TrimEnd(" \t\r"u8).Length);
            _rest.Begin = length < 0 ? end : end + 1;
        }
        while (_line.Begin == _line.End);
        return true;
    }

    /// <summary>Reads on; false at the end of the file.</summary>
    private bool Fill()
    {
        var left = _rest.End - _rest.Begin;
        if (left == _buffer.Length)
        {
            throw new FormatException(
                $"The file of word vectors '{_path}', line {_lineNumber + 1}: it is longer than {BufferSize} bytes, so these are no word vectors, a word and its numbers a line.");
        }
        _buffer.AsSpan(_rest.Begin, left).CopyTo(_buffer);
        var read = _stream.ReadAtLeast(_buffer.AsSpan(left), _buffer.Length - left, throwOnEndOfStream: false);
        _rest = (0, left + read);
        return read > 0;
    }

    private FormatException Wrong(string what) => new($"The file of word vectors '{_path}', line {_lineNumber}: {what}.");

    private static ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        var end = rest.IndexOfAny(_separators);
        var field = end < 0 ? rest : rest[..end];
        rest = rest[field.Length..];
        return field;
    }

    private static bool IsNumber(ReadOnlySpan<byte> field) => float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field[..Math.Min(field.Length, 40)]);
}
