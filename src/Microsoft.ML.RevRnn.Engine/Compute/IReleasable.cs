namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Something that holds memory it can do without until it is next used.</summary>
internal interface IReleasable
{
    /// <summary>Frees the memory; the content is lost.</summary>
    void Release();
}
