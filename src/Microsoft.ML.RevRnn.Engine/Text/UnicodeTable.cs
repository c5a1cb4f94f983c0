using System.Globalization;

namespace Microsoft.ML.RevRnn.Text;

/// <summary>What UAX 15 needs to know of each character. Hangul syllables are not in it: see <see cref="UnicodeNormalizer"/>.</summary>
internal sealed class UnicodeTable
{
    private static readonly Lazy<UnicodeTable> _instance = new(Load);

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<(int, int), int> _composites = [];
    private readonly HashSet<int> _stable = [];

    /// <summary>Read when it is first needed: plain texts do without.</summary>
    public static UnicodeTable Instance => _instance.Value;

    /// <summary>Characters that are not always themselves in NFC: they have another form, or may join what is before them.</summary>
    public IEnumerable<int> Changing => _canonical.Keys.Where(character => !_stable.Contains(character)).Concat(_composites.Keys.Select(pair => pair.Item2));

    /// <summary>Characters that are others in NFKC, besides those that are so in NFC.</summary>
    public IEnumerable<int> Compatible => _compatible.Keys;

    /// <summary>Each character whose combining class is not 0, and its class.</summary>
    public IReadOnlyDictionary<int, byte> Classes => _classes;

    /// <summary>Canonical_Combining_Class.</summary>
    public byte Class(int character) => _classes.GetValueOrDefault(character);

    /// <summary>The full decomposition, or null if the character is its own.</summary>
    public int[]? Decomposition(int character, bool compatible) =>
        compatible && _compatible.TryGetValue(character, out var decomposition) ? decomposition : _canonical.GetValueOrDefault(character);

    /// <summary>The primary composite of two characters, or null.</summary>
    public int? Composite(int first, int second) => _composites.TryGetValue((first, second), out var composite) ? composite : null;

    private static UnicodeTable Load()
    {
        var table = new UnicodeTable();
        using var stream = typeof(UnicodeTable).Assembly.GetManifestResourceStream("Normalization.txt")!;
        using var reader = new StreamReader(stream);
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
                section = line;
            else if (!line.StartsWith('#'))
                table.Add(section, line);
        }
        table.PairComposites();
        return table;
    }

    private void Add(string section, string line)
    {
        foreach (var entry in line.Split(';'))
        {
            int[] values = [.. entry.Split(' ').Select(value => int.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            if (section == "[classes]")
            {
                for (var character = values[0]; character <= values[1]; character++)
                    _classes.Add(character, (byte)values[2]);
                continue;
            }
            if (section == "[composites]")
                _stable.Add(values[0]);
            (section == "[compatibility]" ? _compatible : _canonical).Add(values[0], values[1..]);
        }
    }

    /// <summary>A composite is of two: a character, which may be a composite in turn, and the last of its full decomposition.</summary>
    private void PairComposites()
    {
        var byDecomposition = _stable.ToDictionary(composite => string.Join(' ', _canonical[composite]));
        foreach (var composite in _stable)
        {
            var decomposition = _canonical[composite];
            var first = decomposition.Length == 2 ? decomposition[0] : byDecomposition[string.Join(' ', decomposition[..^1])];
            _composites.Add((first, decomposition[^1]), composite);
        }
    }
}
