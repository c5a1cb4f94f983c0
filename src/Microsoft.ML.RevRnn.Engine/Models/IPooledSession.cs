namespace Microsoft.ML.RevRnn.Models;

/// <summary>A session that others use after its user.</summary>
internal interface IPooledSession
{
    /// <summary>Gives back what a text much longer than usual took. Its results are gone then.</summary>
    void Release();
}
