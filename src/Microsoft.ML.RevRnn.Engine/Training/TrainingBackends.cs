namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Finds what trains on a GPU: a package that this library does not reference, but knows by name. The name is a constant, so that a trimmed program that references
/// the package keeps it, and one that does not has nothing of it.
/// </summary>
internal static class TrainingBackends
{
    private const string Package = "Microsoft.ML.RevRnn.TorchSharp";

    private static readonly Lazy<ITrainingBackend?> _installed = new(Find);

    private static readonly AsyncLocal<ITrainingBackend?> _replacement = new();

    /// <summary>What is taken in place of the package's, in this flow of execution; null for the package's.</summary>
    public static ITrainingBackend? Replacement
    {
        get => _replacement.Value;
        set => _replacement.Value = value;
    }

    /// <exception cref="PlatformNotSupportedException">The package is missing.</exception>
    public static ITrainingBackend Get() => Replacement ?? _installed.Value ?? throw new PlatformNotSupportedException(
        $"Training on a GPU takes the package {Package}, which is not referenced. Add it, and TorchSharp-cuda-linux or TorchSharp-cuda-windows; " +
        $"or train on the CPU, which needs nothing: leave {nameof(TrainingOptions.GpuDeviceId)} unset, or set {nameof(TrainingOptions.FallbackToCpu)}.");

    private static ITrainingBackend? Find()
    {
        var type = Type.GetType("Microsoft.ML.RevRnn.Torch.TorchBackend, Microsoft.ML.RevRnn.TorchSharp", throwOnError: false);
        return type == null ? null : (ITrainingBackend?)Activator.CreateInstance(type);
    }
}
