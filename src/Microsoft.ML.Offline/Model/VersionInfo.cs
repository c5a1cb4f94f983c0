using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>What a component writes about its format.</summary>
internal readonly struct VersionInfo
{
    /// <summary>Eight characters that name the format, in one number; spaces count as zeros.</summary>
    public readonly ulong ModelSignature;

    /// <summary>The version that is written now.</summary>
    public readonly uint VerWrittenCur;

    /// <summary>The oldest version of the reader that can read what is written now.</summary>
    public readonly uint VerReadableCur;

    /// <summary>The oldest written version that can be read now.</summary>
    public readonly uint VerWeCanReadBack;

    /// <summary>The assembly that the loader is in.</summary>
    public readonly string? LoaderAssemblyName;

    /// <summary>The loader's name, of at most 24 characters.</summary>
    public readonly string? LoaderSignature;

    /// <summary>The loader's other name.</summary>
    public readonly string? LoaderSignatureAlt;

    public VersionInfo(
        string modelSignature,
        uint verWrittenCur,
        uint verReadableCur,
        uint verWeCanReadBack,
        string? loaderAssemblyName,
        string? loaderSignature = null,
        string? loaderSignatureAlt = null)
    {
        Contracts.Check(modelSignature?.Length == 8, "A model signature has eight characters.");
        Contracts.Check(modelSignature.All(c => c <= 0xFF), "A model signature has characters of one byte.");
        ModelSignature = BitConverter.ToUInt64(Encoding.Latin1.GetBytes(modelSignature.Replace(' ', '\0')));
        VerWrittenCur = verWrittenCur;
        VerReadableCur = verReadableCur;
        VerWeCanReadBack = verWeCanReadBack;
        LoaderAssemblyName = loaderAssemblyName;
        LoaderSignature = loaderSignature;
        LoaderSignatureAlt = loaderSignatureAlt;
    }
}
