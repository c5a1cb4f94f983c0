using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>
/// The header of one component's stream in a model file. The stream is, little-endian:
/// <code>
/// 0x00 header, 256 bytes (offsets count from its first byte)
///      0x00 "ML\0MODEL"          0x08 written version     0x0C readable version
///      0x10 model offset, size   0x20 string ends offset, size   0x30 string characters offset, size
///      0x40 model signature      0x48 model version written, readable
///      0x50 loader signature, 24 bytes      0x68 alternative loader signature, 24 bytes
///      0x80 tail offset          0x88 end offset
///      0x90 assembly name offset 0x98 assembly name size in bytes    0x9C zeros
/// 0x100 model: what the component writes
/// string table: for each string the end of its characters (int64), then the characters of all (UTF-16)
/// the loader's assembly name (UTF-16)
/// "LEDOM\0LM"
/// </code>
/// </summary>
internal struct ModelHeader
{
    public const int Size = 0x100;
    private const ulong HeadMark = 0x4C45444F4D004C4D;
    private const ulong TailMark = 0x4D4C004D4F44454C;
    private const uint VersionNow = 0x00010002;
    private const uint VersionWithAssemblyName = 0x00010002;
    private const uint VersionOldest = 0x00010001;

    public uint VerWritten;
    public uint VerReadable;
    public long FpModel;
    public long CbModel;
    public long FpStringTable;
    public long CbStringTable;
    public long FpStringChars;
    public long CbStringChars;
    public ulong ModelSignature;
    public uint ModelVerWritten;
    public uint ModelVerReadable;
    internal string LoaderSignature;
    internal string LoaderSignatureAlt;
    public long FpTail;
    public long FpLim;
    public long FpAssemblyName;
    public uint CbAssemblyName;

    /// <summary>Leaves room for the header; the model comes next.</summary>
    internal static ModelHeader BeginWrite(BinaryWriter writer)
    {
        writer.Write(new byte[Size]);
        return new ModelHeader
        {
            VerWritten = VersionNow,
            VerReadable = VersionNow,
            FpModel = Size,
            LoaderSignature = "",
            LoaderSignatureAlt = "",
        };
    }

    /// <summary>Writes what comes after the model, then the header.</summary>
    internal void EndWrite(BinaryWriter writer, long fpMin, IReadOnlyList<string> strings, string? loaderAssemblyName)
    {
        long Here() => writer.BaseStream.Position - fpMin;

        CbModel = Here() - FpModel;
        if (strings.Count > 0)
        {
            FpStringTable = Here();
            long end = 0;
            foreach (string text in strings)
                writer.Write(end += text.Length * sizeof(char));
            FpStringChars = Here();
            foreach (string text in strings)
                WriteChars(writer, text);
            CbStringTable = FpStringChars - FpStringTable;
            CbStringChars = Here() - FpStringChars;
        }

        if (!string.IsNullOrEmpty(loaderAssemblyName))
        {
            FpAssemblyName = Here();
            WriteChars(writer, loaderAssemblyName);
            CbAssemblyName = (uint)(Here() - FpAssemblyName);
        }

        FpTail = Here();
        writer.Write(TailMark);
        FpLim = Here();
        writer.BaseStream.Position = fpMin;
        WriteFields(writer);
        writer.BaseStream.Position = fpMin + FpLim;
    }

    private readonly void WriteFields(BinaryWriter writer)
    {
        writer.Write(HeadMark);
        writer.Write(VerWritten);
        writer.Write(VerReadable);
        foreach (long field in (ReadOnlySpan<long>)[FpModel, CbModel, FpStringTable, CbStringTable, FpStringChars, CbStringChars])
            writer.Write(field);
        writer.Write(ModelSignature);
        writer.Write(ModelVerWritten);
        writer.Write(ModelVerReadable);
        WriteSignature(writer, LoaderSignature);
        WriteSignature(writer, LoaderSignatureAlt);
        writer.Write(FpTail);
        writer.Write(FpLim);
        writer.Write(FpAssemblyName);
        writer.Write(CbAssemblyName);
    }

    /// <summary>Reads and checks the header and what comes after the model; then goes to the model.</summary>
    internal static ModelHeader BeginRead(BinaryReader reader, out long fpMin, out string[] strings, out string? loaderAssemblyName)
    {
        var stream = reader.BaseStream;
        fpMin = stream.Position;
        long length = stream.Length - fpMin;
        Contracts.CheckDecode(length >= Size, "The model's header is cut off.");
        var header = ReadFields(reader);
        header.CheckLayout(length);

        stream.Position = fpMin + header.FpModel + header.CbModel;
        strings = header.ReadStrings(reader);
        loaderAssemblyName = header.CbAssemblyName > 0 ? ReadChars(reader, (int)header.CbAssemblyName / sizeof(char)) : null;
        Contracts.CheckDecode(reader.ReadUInt64() == TailMark, "The model's tail is corrupt.");
        stream.Position = fpMin + header.FpModel;
        return header;
    }

    /// <summary>Checks that the whole model was read.</summary>
    internal readonly void EndRead(BinaryReader reader, long fpMin)
    {
        Contracts.CheckDecode(reader.BaseStream.Position == fpMin + FpModel + CbModel, "The component did not read its model to the end.");
        reader.BaseStream.Position = fpMin + FpLim;
    }

    private static ModelHeader ReadFields(BinaryReader reader)
    {
        Contracts.CheckDecode(reader.ReadUInt64() == HeadMark, "This is not a model.");
        return new ModelHeader
        {
            VerWritten = reader.ReadUInt32(),
            VerReadable = reader.ReadUInt32(),
            FpModel = reader.ReadInt64(),
            CbModel = reader.ReadInt64(),
            FpStringTable = reader.ReadInt64(),
            CbStringTable = reader.ReadInt64(),
            FpStringChars = reader.ReadInt64(),
            CbStringChars = reader.ReadInt64(),
            ModelSignature = reader.ReadUInt64(),
            ModelVerWritten = reader.ReadUInt32(),
            ModelVerReadable = reader.ReadUInt32(),
            LoaderSignature = ReadSignature(reader),
            LoaderSignatureAlt = ReadSignature(reader),
            FpTail = reader.ReadInt64(),
            FpLim = reader.ReadInt64(),
            FpAssemblyName = reader.ReadInt64(),
            CbAssemblyName = reader.ReadUInt32(),
        };
    }

    /// <summary>Every part must follow the one before it, and lie within the stream: only then is any size in the header believed.</summary>
    private void CheckLayout(long length)
    {
        Contracts.CheckDecode(VerReadable <= VerWritten && VerWritten >= VersionOldest, "The model's header is corrupt.");
        Contracts.CheckDecode(VerReadable <= VersionNow, "The model was written by a newer version.");
        if (VerWritten < VersionWithAssemblyName)
            (FpAssemblyName, CbAssemblyName) = (0, 0);

        long end = Size;
        bool good = FpModel == Size && Extend(CbModel);
        if (FpStringTable != 0)
        {
            good = good && CbStringTable > 0 && CbStringTable % sizeof(long) == 0 && CbStringChars % sizeof(char) == 0;
            good = good && FpStringTable == end && Extend(CbStringTable) && FpStringChars == end && Extend(CbStringChars);
        }
        else
        {
            good = good && CbStringTable == 0 && FpStringChars == 0 && CbStringChars == 0;
        }

        if (FpAssemblyName != 0)
            good = good && FpAssemblyName == end && CbAssemblyName % sizeof(char) == 0 && Extend(CbAssemblyName);
        else
            good = good && CbAssemblyName == 0;
        good = good && FpTail == end && Extend(sizeof(ulong)) && FpLim == end;
        Contracts.CheckDecode(good, "The model's header is corrupt, or the model is cut off.");

        bool Extend(long size)
        {
            if (size < 0 || size > length - end)
                return false;
            end += size;
            return true;
        }
    }

    private readonly string[] ReadStrings(BinaryReader reader)
    {
        if (CbStringTable == 0)
            return [];
        var lengths = new int[CbStringTable / sizeof(long)];
        long start = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            long end = reader.ReadInt64();
            Contracts.CheckDecode(start <= end && end <= CbStringChars && end % sizeof(char) == 0, "The model's string table is corrupt.");
            lengths[i] = (int)((end - start) / sizeof(char));
            start = end;
        }

        Contracts.CheckDecode(start == CbStringChars, "The model's string table is corrupt.");
        return Array.ConvertAll(lengths, length => ReadChars(reader, length));
    }

    /// <summary>Takes what the component says about its format.</summary>
    internal void SetVersionInfo(VersionInfo ver)
    {
        ModelSignature = ver.ModelSignature;
        ModelVerWritten = ver.VerWrittenCur;
        ModelVerReadable = ver.VerReadableCur;
        LoaderSignature = CheckSignature(ver.LoaderSignature);
        LoaderSignatureAlt = CheckSignature(ver.LoaderSignatureAlt);

        static string CheckSignature(string? signature)
        {
            signature ??= "";
            Contracts.Check(signature.Length <= 24 && signature.All(c => c <= 0xFF), "A loader signature has up to 24 characters of one byte.");
            return signature;
        }
    }

    /// <summary>Checks that a component can read this model.</summary>
    internal readonly void CheckVersionInfo(VersionInfo ver)
    {
        Contracts.CheckDecode(ModelSignature == ver.ModelSignature, "The model is of another kind.");
        Contracts.CheckDecode(ModelVerReadable <= ModelVerWritten, "The model's header is corrupt.");
        Contracts.CheckDecode(
            ModelVerReadable <= ver.VerWrittenCur,
            $"The part '{ver.LoaderSignature}' was written by a newer version: it needs {ModelVerReadable:X8}, this is {ver.VerWrittenCur:X8}.");
        Contracts.CheckDecode(
            ModelVerWritten >= ver.VerWeCanReadBack,
            $"The part '{ver.LoaderSignature}' is too old: it is {ModelVerWritten:X8}, the oldest that can be read is {ver.VerWeCanReadBack:X8}.");
    }

    private static void WriteSignature(BinaryWriter writer, string signature)
        => writer.Write(Encoding.Latin1.GetBytes(signature.PadRight(24, '\0')));

    private static string ReadSignature(BinaryReader reader) => Encoding.Latin1.GetString(reader.ReadBytes(24)).TrimEnd('\0');

    private static void WriteChars(BinaryWriter writer, string text)
    {
        foreach (char c in text)
            writer.Write((ushort)c);
    }

    private static string ReadChars(BinaryReader reader, int count)
    {
        var text = new char[count];
        for (int i = 0; i < count; i++)
            text[i] = (char)reader.ReadUInt16();
        return new string(text);
    }
}
