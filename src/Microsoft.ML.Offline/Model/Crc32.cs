namespace Microsoft.ML.Offline;

/// <summary>The checksum of zip archives.</summary>
internal static class Crc32
{
    private static readonly uint[] _table = MakeTable();

    /// <summary>The checksum of more bytes after those of <paramref name="crc"/>; 0 is that of none.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        foreach (byte value in bytes)
            crc = _table[(byte)(crc ^ value)] ^ crc >> 8;
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            table[i] = crc;
        }

        return table;
    }
}
