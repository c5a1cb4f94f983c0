using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.RevRnn.TorchSupport;

/// <summary>
/// A shared library of 64-bit Linux, little-endian: which versions of other libraries' symbols it needs (System V ABI; Linux Standard Base, "Symbol Versioning").
/// </summary>
internal sealed class ElfLibrary
{
    private const int SectionHeaderBytes = 64;
    private const int SymbolBytes = 24;
    private const int RelocationBytes = 24;
    private const ushort WeakFlag = 2;

    private readonly byte[] _bytes;
    private readonly Dictionary<string, (int Offset, int Size)> _sections = [];
    private readonly int _strings;

    public ElfLibrary(byte[] bytes)
    {
        _bytes = bytes;
        if (!bytes.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new InvalidDataException("This is no shared library of 64-bit Linux, little-endian.");
        var headers = (int)Int64(0x28);
        var (count, ofNames) = (Int16(0x3C), Int16(0x3E));
        var names = (int)Int64(headers + ofNames * SectionHeaderBytes + 24);
        for (var header = headers; header < headers + count * SectionHeaderBytes; header += SectionHeaderBytes)
            _sections[Text(names + Int32(header))] = ((int)Int64(header + 24), (int)Int64(header + 32));
        _strings = _sections[".dynstr"].Offset;
    }

    public byte[] Bytes => _bytes;

    /// <summary>Where the record of a needed version (Vernaux) is, or null.</summary>
    public int? NeededVersion(string library, string version)
    {
        for (int at = _sections[".gnu.version_r"].Offset, next = -1; next != 0; at += next)
        {
            next = Int32(at + 12);
            if (Text(_strings + Int32(at + 4)) != library)
                continue;
            for (int need = at + Int32(at + 8), left = Int16(at + 2); left > 0; left--, need += Int32(need + 12))
            {
                if (Text(_strings + Int32(need + 8)) == version)
                    return need;
            }
        }
        return null;
    }

    /// <summary>Without it a lack of the version is no error; a symbol of this version that is used still is.</summary>
    public bool IsWeak(int need) => (Int16(need + 4) & WeakFlag) != 0;

    public void MakeWeak(int need) => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(need + 4), (ushort)(Int16(need + 4) | WeakFlag));

    /// <summary>The symbols of a needed version, and whether anything in the library is filled in with their address.</summary>
    public IReadOnlyList<(string Name, bool IsUsed)> SymbolsOf(int need)
    {
        var version = Int16(need + 6);
        var (symbols, size) = _sections[".dynsym"];
        var used = Relocated();
        return [.. Enumerable.Range(0, size / SymbolBytes).Where(symbol => Int16(_sections[".gnu.version"].Offset + 2 * symbol) == version)
            .Select(symbol => (Text(_strings + Int32(symbols + symbol * SymbolBytes)), used.Contains(symbol)))];
    }

    private HashSet<int> Relocated()
    {
        var symbols = new HashSet<int>();
        foreach (var name in (ReadOnlySpan<string>)[".rela.dyn", ".rela.plt"])
        {
            if (!_sections.TryGetValue(name, out var section))
                continue;
            for (var at = section.Offset; at < section.Offset + section.Size; at += RelocationBytes)
                symbols.Add(Int32(at + 12));
        }
        return symbols;
    }

    private string Text(int at) => Encoding.ASCII.GetString(_bytes, at, Array.IndexOf<byte>(_bytes, 0, at) - at);

    private int Int16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private int Int32(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));

    private long Int64(int at) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));
}
