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

    /// <exception cref="PlatformNotSupportedException">The package is missing, or is of another version.</exception>
    public static ITrainingBackend Get() => Replacement ?? _installed.Value ?? throw new PlatformNotSupportedException(
        $"Training on a GPU takes the package {Package}, which is not referenced. Add it, and TorchSharp-cuda-linux or TorchSharp-cuda-windows; " +
        $"or train on the CPU, which needs nothing: leave {nameof(TrainingOptions.GpuDeviceId)} unset, or set {nameof(TrainingOptions.FallbackToCpu)}.");

    private static ITrainingBackend? Find()
    {
        var type = Type.GetType("Microsoft.ML.RevRnn.Torch.TorchBackend, Microsoft.ML.RevRnn.TorchSharp", throwOnError: false);
        if (type == null)
            return null;
        // It uses what is internal here.
        var (version, own) = (type.Assembly.GetName().Version, typeof(TrainingBackends).Assembly.GetName().Version);
        return version == own
            ? (ITrainingBackend?)Activator.CreateInstance(type)
            : throw new PlatformNotSupportedException($"{Package} is of version {version} and Microsoft.ML.RevRnn.Engine of version {own}; take the same version of both.");
    }
}
