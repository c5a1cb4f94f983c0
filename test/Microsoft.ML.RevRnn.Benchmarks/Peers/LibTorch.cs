using Microsoft.ML.RevRnn.TorchSupport;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>libtorch in this process, through TorchSharp.</summary>
internal static class LibTorch
{
    /// <summary>Null where it can be used, else why not.</summary>
    /// <param name="threads">Threads of all its operations.</param>
    public static string? Prepare(int threads)
    {
        // Before libtorch is loaded: its OpenMP threads spin after their work, and would take processors from the next run of ours.
        NativeEnvironment.Set("OMP_WAIT_POLICY", "PASSIVE");
        try
        {
            TorchSharpLibrary.MakeLoadable();
            torch.set_num_threads(threads);
            return null;
        }
        catch (Exception exception) when (exception is TypeInitializationException or NotSupportedException or DllNotFoundException or InvalidDataException)
        {
            return exception.GetBaseException().Message;
        }
    }

    public static string Version => $"{torch.__version__}";
}
