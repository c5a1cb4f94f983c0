namespace Microsoft.ML.Runtime;

/// <summary>Starts progress channels.</summary>
public interface IProgressChannelProvider
{
    /// <summary>Starts one for a computation.</summary>
    IProgressChannel StartProgressChannel(string name);
}
