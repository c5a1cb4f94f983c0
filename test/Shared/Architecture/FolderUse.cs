namespace Microsoft.ML.RevRnn.Architecture;

/// <summary>A type uses another one, of another folder.</summary>
internal sealed record FolderUse(string Folder, string Type, string UsedFolder, string UsedType)
{
    public override string ToString() => $"{Folder}/{Type} uses {UsedFolder}/{UsedType}";
}
