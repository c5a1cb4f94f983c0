using System.Runtime.InteropServices;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What libtorch's errors mean, and what to do.</summary>
internal static class TorchErrors
{
    /// <summary>Does some work of libtorch.</summary>
    /// <exception cref="InsufficientMemoryException">The GPU's memory does not suffice.</exception>
    public static T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ExternalException failure) when (failure.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            throw CudaErrors.Of(CudaErrors.OutOfMemoryCode, failure.Message.Split('\n')[0], version: 0);
        }
    }
}
