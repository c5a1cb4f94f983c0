namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Work that a team shares: a struct of the arguments, so that handing it over allocates nothing.</summary>
internal interface IJob
{
    /// <summary>Does one worker's share; what that is follows from its number alone.</summary>
    void Run(int worker);
}
